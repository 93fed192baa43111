/** Who may import whom: the import rules of the design, and nothing that is not one of them. */
const TEST = '\\.(test|case|test-support)\\.ts$';
const IO =
  '^(node:)?(fs|fs/promises|net|http|https|http2|child_process|worker_threads|timers|timers/promises|os|dgram|tls|dns|crypto|process|perf_hooks|cluster|readline|stream)$';

/** What every room may use: errors and failures of the system, the clock, the async context, small helpers, the pace of work, tracked values. */
const COMMON =
  '(errors|clock|async-context|camel-case|defined-fields|json-file|make-folder|maybe-promise|nearest-rank|optional-package|own-program|pace|package-version|required|route-file|seen-progress|short-path|stacks|status-path|suggestion|system-failure|tracked-values|writing)\\.ts';

/** A rule against imports from one room of the harness to any but the given rooms. */
const only = (name, room, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^harness/${room}/`, pathNot: TEST },
  to: {
    path: '^(harness|scenarios|fixtures)/',
    pathNot: `^harness/((${[room, ...allowed].join('|')})/|${COMMON})`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-resolvable',
      comment:
        'the bundler of the next-app resolves its imports, and its build fails if it cannot; k6 has its own modules',
      severity: 'error',
      from: { pathNot: '^fixtures/next-app/|^harness/load/tab-script\\.ts$' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      // Optional packages, each at the one place that needs it: vitest, testcontainers, yaml, OpenTelemetry, the client libraries; and the one that a build contains.
      from: {
        path: '^(harness|bin|scenarios)/',
        pathNot: `${TEST}|^harness/(vitest\\.ts$|backend/containers/|history/import/log/mapping\\.ts$|channels/libraries/|backend/postgres/lite-library\\.ts$|watch/open-telemetry\\.ts$|load/tab-script\\.ts$)`,
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'pure-rooms-have-no-io',
      comment:
        'history, checker, plan, faults, channels and preflight are pure: no I/O, no time, no randomness of their own',
      severity: 'error',
      from: { path: '^harness/(history|checker|plan|faults|channels|preflight)/', pathNot: TEST },
      to: { path: IO },
    },
    {
      name: 'ports-import-types-only',
      severity: 'error',
      from: { path: '^harness/port/', pathNot: TEST },
      to: { path: '^harness/', dependencyTypesNot: ['type-only'] },
    },
    only('history-imports-nothing', 'history', [], 'history stands at the bottom'),
    only('checker-imports-only-history', 'checker', ['history'], 'checkers see nothing but the history'),
    only('plan-is-a-value', 'plan', ['faults', 'channels'], 'a plan is a value, and knows the kinds of what it names'),
    only(
      'define-knows-ports',
      'define',
      ['port', 'plan', 'channels', 'subject'],
      'what a user writes is checked before anything runs',
    ),
    only('faults-know-ports', 'faults', ['port', 'plan'], 'a fault acts through the ports'),
    only(
      'incident-knows-histories',
      'incident',
      ['port', 'checker', 'history'],
      'what violations have in common follows from the history',
    ),
    only('loader-imports-nothing', 'loader', [], "how a user's files are loaded"),
    only('subject-knows-ports', 'subject', ['port', 'lifetime', 'loader'], 'the application runs against any backend'),
    only('gateway-knows-ports', 'gateway', ['port', 'history'], 'requests on their way'),
    only('register-imports-nothing', 'register', [], 'it is loaded into the processes of an application'),
    only('realtime-knows-ports', 'realtime', ['port', 'gateway'], 'the stream, for sockets and for virtual time'),
    only('edge-knows-ports', 'edge', ['port', 'gateway'], 'what stands between a tab and the status route'),
    only('channels-know-ports', 'channels', ['port', 'plan', 'history'], 'how an observer looks'),
    only('actors-know-ports', 'actors', ['port', 'plan', 'history', 'channels', 'recording'], 'workers and observers'),
    only('recording-knows-ports', 'recording', ['port', 'plan', 'history', 'gateway'], 'events in one order'),
    only(
      'preflight-knows-ports',
      'preflight',
      ['port', 'history', 'gateway'],
      'the checks see only what a trial shows',
    ),
    only('scaffold-imports-nothing', 'scaffold', [], 'the files that connect a project: proposals from what is found'),
    only('monitor-imports-nothing', 'monitor', [], 'it is loaded into the pages and routes of an application'),
    only(
      'watch-knows-no-run',
      'watch',
      ['port', 'history', 'checker', 'monitor'],
      'what runs beside an application judges by itself what it sees',
    ),
    only(
      'load-wires-a-run-and-its-tabs',
      'load',
      ['port', 'plan', 'faults', 'channels', 'history', 'gateway', 'lifetime', 'runner', 'simulation', 'subject'],
      'a load is a run with tabs in another program, and is judged elsewhere',
    ),
    {
      name: 'the-script-of-tabs-is-for-k6',
      comment: 'k6 runs it, and resolves no package',
      severity: 'error',
      from: { path: '^harness/load/tab-script\\.ts$' },
      to: { pathNot: '^k6|/@types/k6/' },
    },
    only('lifetime-imports-nothing', 'lifetime', [], 'who owns a process'),
    only('simulation-knows-no-run', 'simulation', [], 'virtual time is for any task'),
    only(
      'report-knows-ports',
      'report',
      ['port', 'plan', 'faults', 'checker', 'history', 'loader'],
      'a report tells what the history says',
    ),
    only(
      'baseline-knows-reports',
      'baseline',
      ['port', 'checker', 'history', 'report'],
      'a known violation is recognised by what a report tells of it',
    ),
    only(
      'merge-knows-ports',
      'merge',
      ['port', 'plan', 'checker', 'history'],
      'what shards have saved is joined without running anything',
    ),
    only(
      'backend-knows-ports',
      'backend',
      ['port', 'gateway', 'history', 'lifetime'],
      'a backend knows ports, gateway, history',
    ),
    ...['embedded', 'containers', 'simulated', 'remote'].map((kind) => ({
      name: `backend-${kind}-stands-alone`,
      comment: 'kinds of backends share the port, the gateway and what postgres/ has, not each other',
      severity: 'error',
      from: { path: `^harness/backend/${kind}/`, pathNot: TEST },
      to: { path: '^harness/backend/[^/]+/', pathNot: `^harness/backend/(${kind}|postgres)/` },
    })),
    {
      name: 'only-wiring-rooms-know-backends',
      comment: 'concrete backends are reached through the registry of the runner',
      severity: 'error',
      from: { path: '^harness/', pathNot: `^harness/(runner|explore|up|backend)/|${TEST}` },
      to: { path: '^harness/backend/(embedded|containers|simulated|remote)/' },
    },
    {
      name: 'the-cli-is-at-the-top',
      severity: 'error',
      from: { path: '^(harness|scenarios|fixtures)/', pathNot: '^harness/cli/' },
      to: { path: '^harness/cli/' },
    },
    {
      name: 'runner-does-not-report',
      severity: 'error',
      from: { path: '^harness/(api|runner|explore|up)/', pathNot: TEST },
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
      name: 'applications-are-applications',
      comment: 'the application under test and the remedies that it could copy do not know that they are tested',
      severity: 'error',
      from: { path: '^fixtures/(story-app|render-app|next-app|remedies)/', pathNot: TEST },
      to: { path: '^(harness|scenarios|fixtures/(?!story-app/|render-app/|next-app/|remedies/))' },
    },
    {
      name: 'remedies-can-be-copied',
      comment: 'a remedy imports packages and other remedies, so that any application can copy it',
      severity: 'error',
      from: { path: '^fixtures/remedies/', pathNot: TEST },
      to: { path: '^(harness|scenarios|fixtures/(?!remedies/))' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
