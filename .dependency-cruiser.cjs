/** Who may import whom: the import rules of the design, and nothing that is not one of them. */
const TEST = '\\.(test|case|test-support)\\.ts$';
const IO =
  '^(node:)?(fs|fs/promises|net|http|https|http2|child_process|worker_threads|timers|timers/promises|os|dgram|tls|dns|crypto|process|perf_hooks|cluster|readline|stream)$';

/** A rule against imports from a part of the harness to anywhere but the given places. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: { path: '^(harness|scenarios|fixtures)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      // The matchers are for users of vitest, who have it.
      from: { path: '^(harness|bin|scenarios)/', pathNot: `${TEST}|^harness/vitest\\.ts$` },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'pure-parts-have-no-io',
      comment: 'history, checker and plan are pure: no I/O, no time, no randomness',
      severity: 'error',
      from: { path: '^harness/(history|checker|plan)/', pathNot: TEST },
      to: { path: IO },
    },
    only(
      'history-imports-nothing',
      '^harness/history/',
      '^harness/(history/|errors\\.ts)',
      'history stands at the bottom',
    ),
    only(
      'checker-imports-only-history',
      '^harness/checker/',
      '^harness/(checker|history)/',
      'checkers see nothing but the history',
    ),
    only('plan-is-pure', '^harness/plan/', '^harness/(plan/|errors\\.ts)', 'a plan is a value'),
    only(
      'subject-knows-no-backend',
      '^harness/subject/',
      '^harness/(subject/|backend/(backend|model)\\.ts|errors\\.ts|clock\\.ts|bearings\\.ts)',
      'the application runs against any backend',
    ),
    only(
      'simulation-knows-no-run',
      '^harness/simulation/',
      '^harness/(simulation/|errors\\.ts|clock\\.ts|stacks\\.ts)',
      'virtual time is for any task',
    ),
    only(
      'nemesis-knows-no-backend',
      '^harness/nemesis/',
      '^harness/(nemesis/|plan/|backend/backend\\.ts|backend/gateway/|history/|errors\\.ts|clock\\.ts)',
      'a fault is injected through the ports',
    ),
    only(
      'report-knows-no-backend',
      '^harness/report/',
      '^harness/(report|plan|checker|history)/',
      'a report tells what the history says',
    ),
    only(
      'backend-imports-only-its-port',
      '^harness/backend/',
      '^harness/(backend/|history/|errors\\.ts|clock\\.ts)',
      'a backend imports backend.ts, gateway and history',
    ),
    ...['embedded', 'containers', 'simulated', 'remote', 'gateway', 'postgres'].map((kind) => ({
      name: `backend-${kind}-stands-alone`,
      comment: 'kinds of backends share the port, the gateway and what postgres/ has, not each other',
      severity: 'error',
      from: { path: `^harness/backend/${kind}/`, pathNot: TEST },
      to: { path: '^harness/backend/[^/]+/', pathNot: `^harness/backend/(${kind}|gateway|postgres)/` },
    })),
    {
      name: 'only-runner-and-explore-wire',
      comment: 'concrete backends are reached through the registry of the runner',
      severity: 'error',
      from: { path: '^harness/', pathNot: `^harness/(runner|explore|backend)/|${TEST}` },
      to: { path: '^harness/backend/(embedded|containers|simulated|remote)/' },
    },
    {
      name: 'nobody-imports-the-cli',
      severity: 'error',
      from: { path: '^(harness|scenarios|fixtures)/', pathNot: '^harness/cli/' },
      to: { path: '^harness/cli/' },
    },
    {
      name: 'runner-does-not-report',
      severity: 'error',
      from: { path: '^harness/(runner|explore|up)/', pathNot: TEST },
      to: { path: '^harness/report/' },
    },
    {
      name: 'harness-imports-no-fixtures',
      severity: 'error',
      from: { path: '^harness/', pathNot: TEST },
      to: { path: '^(scenarios|fixtures)/' },
    },
    {
      name: 'one-door-to-the-harness',
      comment: 'scenarios and fixtures go through harness/index.ts, as users do',
      severity: 'error',
      from: { path: '^(scenarios|fixtures)/', pathNot: TEST },
      to: { path: '^harness/', pathNot: '^harness/index\\.ts$' },
    },
    {
      name: 'story-app-is-an-app',
      comment: 'the application under test does not know that it is tested',
      severity: 'error',
      from: { path: '^fixtures/story-app/' },
      to: { path: '^(harness|scenarios|fixtures/(?!story-app/))' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
