import { judgeEveryScenario } from './scenarios.case.ts';

await judgeEveryScenario('containers', 'live');
