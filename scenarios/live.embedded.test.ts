import { judgeEveryScenario } from './scenarios.case.ts';

await judgeEveryScenario('embedded', 'live');
