import { judgeEveryScenario } from './scenarios.case.ts';

await judgeEveryScenario('containers', 'workspace-fix');
