/** What a user can get wrong in their files: each is one line that names the file or field, and exit code 64. */
import { afterAll, expect, test } from 'vitest';
import { Projects, type Files } from './project.test-support.ts';

const projects = new Projects();
afterAll(() => projects.close());

/** Fields of a subject that is complete; a mistake overrides some of them. */
const SUBJECT = {
  name: `'jobs'`,
  root: `new URL('.', import.meta.url)`,
  migrations: '[import.meta.dirname]',
  tracked: `{ table: 'jobs', key: 'id', progress: 'pct' }`,
  readStatus: '(body) => ({ generation: 1, progress: body.pct })',
  open: 'async () => ({ status: async () => Response.json({ pct: 0 }), generate: async (job) => job.started(1) })',
};

function subject(changes: Readonly<Record<string, string | undefined>> = {}, make = 'modulesSubject'): string {
  const fields = Object.entries({ ...SUBJECT, ...changes }).filter(([, value]) => value !== undefined);
  const body = fields.map(([name, value]) => `${name}: ${value}`).join(', ');
  return `import { ${make} } from 'ratchet';\nexport const subject = ${make}({ ${body} });\n`;
}

/** A subject that can be simulated. */
const simulated = (changes: Readonly<Record<string, string>> = {}): string =>
  subject({ simulation: MODEL, ...changes });
const MODEL = `{ tables: { jobs: { columns: { id: { type: 'text' }, pct: { type: 'integer', default: 0 } }, primaryKey: ['id'] } } }`;

/** A subject that is an application of functions. */
const application = (open: string): string => `import { defineSubject, modules } from 'ratchet';
export const subject = defineSubject({
  app: modules(import.meta.dirname, ${open}),
  database: { migrations: import.meta.dirname, table: 'jobs', key: 'id', progress: 'pct' },
  routes: { status: '/:id', start: '/:id' },
  simulation: ${MODEL},
});
`;

/** A subject that is an application started by a command. */
const SERVER = application('')
  .replace('modules }', 'command }')
  .replace(/app: .*,/, `app: command(['true']),`);

const SCENARIO = {
  name: `'mine'`,
  summary: `'one poll'`,
  parameters: '{}',
  plan: `() => plan({ replicas: 0, generations: [aStory('story-1').runs(100)], observers: [aTab('tab-1').polls(aStory('story-1'), { everyMs: 50 })], properties: ['integrity'] })`,
};

function scenario(changes: Readonly<Record<string, string | undefined>> = {}): Files {
  const fields = Object.entries({ ...SCENARIO, ...changes }).filter(([, value]) => value !== undefined);
  const body = fields.map(([name, value]) => `${name}: ${value}`).join(', ');
  const text = `import { aStory, aTab, plan } from 'ratchet';\nexport const scenario = { ${body} };\n`;
  return {
    'scenarios/mine.ts': text,
    'ratchet.config.ts': config(`{ scenarios: ['./scenarios'] }`),
    's.ts': subject(),
  };
}

const config = (value: string): string => `export const config = ${value};\n`;

const RUN = ['run', 'lagging-replica', '--subject', './s.ts'];
const RUN_SIMULATED = [...RUN, '--backend', 'simulated'];
const RUN_MINE = ['run', 'mine', '--subject', './s.ts', '--backend', 'simulated'];

const MISTAKES: readonly (readonly [what: string, files: Files, args: readonly string[], line: string])[] = [
  ['no such subject file', {}, RUN, 's.ts: no such file'],
  ['a subject file of another kind', { 's.sql': '' }, ['run', '--subject', './s.sql'], 's.sql: is not'],
  [
    'a folder as the subject',
    { 's/subject.ts': subject() },
    ['run', '--subject', './s'],
    's: is not a TypeScript or JavaScript file',
  ],
  ['a subject that no config names', {}, ['run', '--subject', 'jobs'], 'no subject is called'],
  ['no subject at all', {}, ['run'], 'no subject was given'],
  ['another export', { 's.ts': subject().replace('const subject', 'const app') }, RUN, 's.ts: exports no `subject`'],
  ['nothing exported', { 's.ts': 'const subject = 1;' }, RUN, 's.ts: exports no'],
  [
    'a throw on import',
    { 's.ts': `interface A {}\n\nthrow new Error('no API key');` },
    RUN,
    's.ts:3: cannot be loaded: no API key',
  ],
  ['a rejected promise on import', { 's.ts': `await Promise.reject(new Error('no\\nserver'));` }, RUN, 's.ts:1'],
  ['null thrown on import', { 's.ts': `throw null;` }, RUN, 's.ts'],
  ['a syntax error', { 's.ts': 'export const subject = ;' }, RUN, 's.ts: cannot be compiled: line 1: Unexpected ";"'],
  ['a missing import', { 's.ts': `import './lib/app';` }, RUN, `s.ts: cannot find './lib/app'`],
  ['a missing package', { 's.ts': `import 'no-such-package';` }, RUN, `s.ts: cannot find 'no-such-package'`],
  [
    'an import that Ratchet does not export',
    { 's.ts': `import { nextSubject } from 'ratchet';\nexport const subject = nextSubject();` },
    RUN,
    `s.ts`,
  ],
  ['a misspelt call', { 's.ts': `export const subject = modulesSubject({});` }, RUN, 's.ts:1'],
  ...['name', 'migrations', 'tracked', 'readStatus'].map(
    (field) =>
      [`a subject without ${field}`, { 's.ts': subject({ [field]: undefined }) }, RUN_SIMULATED, 's.ts'] as const,
  ),
  [
    'a subject that is a function',
    { 's.ts': 'export const subject = () => 1;' },
    RUN,
    's.ts: subject must be an object, not a function',
  ],
  [
    'a subject with a wrong type',
    { 's.ts': subject({ tracked: `{ table: 1, key: 'id', progress: 'pct' }` }) },
    RUN,
    'subject.tracked.table must be',
  ],
  [
    'a tracked table without progress',
    { 's.ts': subject({ tracked: `{ table: 'jobs', key: 'id' }` }) },
    RUN,
    'subject.tracked.progress is missing',
  ],
  [
    'migrations that do not exist',
    { 's.ts': subject({ migrations: `['/nowhere/migrations']` }) },
    RUN,
    '/nowhere/migrations',
  ],
  ['a root that is a path', { 's.ts': simulated({ root: `'/app'` }) }, RUN_SIMULATED, 'root'],
  [
    'a module that does not exist',
    { 's.ts': simulated({ open: `async (load) => { await load('app/route.ts'); }` }) },
    RUN_SIMULATED,
    'app/route.ts',
  ],
  [
    'a module that throws',
    {
      's.ts': simulated({ open: `async (load) => { await load('app.ts'); }` }),
      'app.ts': `interface A {}\nthrow new Error('no\\nkey');`,
    },
    RUN_SIMULATED,
    'app.ts:2',
  ],
  ...(
    [
      ['open that returns nothing', 'async () => {}', "the subject's open returned nothing — it must return { status"],
      ['open that returns a number', 'async () => 5', "the subject's open returned 5"],
      ['open without generate', 'async () => ({ status() {} })', "the subject's open returned no generate"],
      ['open with a wrong status', `async () => ({ status: 'x' })`, 'returned a status that is not a function'],
      ['open that is no function', `'app/route.ts'`, "the subject's open must be a function, not string"],
      ['no open', undefined, "the subject's open must be a function, not undefined"],
    ] as const
  ).map(([what, open, line]) => [what, { 's.ts': subject({ simulation: MODEL, open }) }, RUN_SIMULATED, line] as const),
  ...(
    [
      ['missing', 'async () => {}', 'open returned nothing — it must return { status'],
      ['of another type', 'async () => ({ status: 5 })', 'open returned a status that is not a function'],
      ['a path', `'app/route.ts'`, 'open must be a function, not string'],
    ] as const
  ).map(
    ([what, open, line]) =>
      [`functions of an application that are ${what}`, { 's.ts': application(open) }, RUN_SIMULATED, line] as const,
  ),
  [
    'an unknown type of a column',
    { 's.ts': subject({ simulation: MODEL.replace('integer', 'int') }) },
    RUN_SIMULATED,
    's.ts: subject.simulation.tables.jobs.columns.pct.type must be one of "text", "integer"',
  ],
  [
    'a model without the columns of a table',
    { 's.ts': subject({ simulation: '{ tables: { jobs: {} } }' }) },
    RUN_SIMULATED,
    's.ts: subject.simulation.tables.jobs.columns is missing',
  ],
  [
    'an unknown type of a column in a migration',
    { 's.ts': subject({ migrations: '[import.meta.dirname + "/m"]' }), 'm/1.sql': 'create table jobs (\n  id txt);' },
    RUN_SIMULATED,
    'Migration 1.sql, line 2: type "txt" does not exist',
  ],
  [
    'open that throws',
    {
      's.ts': simulated({
        open: `async () => { throw new TypeError('x is not a function'); }`,
      }),
    },
    RUN_SIMULATED,
    'x is not a function',
  ],
  [
    'open that throws null',
    { 's.ts': simulated({ open: 'async () => { throw null; }' }) },
    RUN_SIMULATED,
    'createInstance of the subject jobs threw null',
  ],
  [
    'createInstance that returns nothing',
    { 's.ts': simulated().replace(/= (modulesSubject.*);/, '= { ...$1, createInstance: async () => undefined };') },
    RUN_SIMULATED,
    'createInstance of the subject jobs returned no instance',
  ],
  [
    'storyRow that throws',
    { 's.ts': simulated({ storyRow: `() => { throw new Error('no row'); }` }) },
    RUN_SIMULATED,
    'no row',
  ],
  [
    'an unknown scenario',
    { 's.ts': subject() },
    ['run', 'laging-replica', '--subject', './s.ts'],
    'no scenario is called "laging-replica"',
  ],
  ['an unknown backend', { 's.ts': subject() }, [...RUN, '--backend', 'postgres'], 'no backend is called "postgres"'],
  ['an unknown property', { 's.ts': subject() }, [...RUN, '--property', 'monotonic'], 'monotonic'],
  [
    'a config with a typo',
    { 'ratchet.config.ts': config(`{ subject: 's.ts', scenario: [] }`) },
    ['run'],
    'config has no field "scenario"',
  ],
  [
    'a config with a wrong type',
    { 'ratchet.config.ts': config(`{ scenarios: './scenarios' }`) },
    ['list'],
    'config.scenarios must be a list of folders',
  ],
  [
    'a config that names a missing folder',
    { 'ratchet.config.ts': config(`{ scenarios: ['./scenarios'] }`) },
    ['list'],
    'scenarios: no such folder',
  ],
  [
    'a config that names a file as a folder',
    { 'ratchet.config.ts': config(`{ subjects: ['./s.ts'] }`), 's.ts': subject() },
    ['list'],
    's.ts',
  ],
  [
    'a config that throws',
    { 'ratchet.config.ts': `throw new Error('no .env');` },
    ['list'],
    'ratchet.config.ts:1: cannot be loaded: no .env',
  ],
  ['a config of JSON', { 'ratchet.config.ts': '{ "subject": "s.ts" }' }, ['list'], 'ratchet.config.ts'],
  ['a scenario without parameters', scenario({ parameters: undefined }), RUN_MINE, 'scenario.parameters is missing'],
  ['a scenario without a plan', scenario({ plan: undefined }), RUN_MINE, 'scenario.plan is missing'],
  ['a scenario without a summary', scenario({ summary: undefined }), ['list'], 'scenario.summary is missing'],
  ['a plan that throws', scenario({ plan: `() => { throw new Error('no plan'); }` }), RUN_MINE, 'no plan'],
  ['a plan that returns nothing', scenario({ plan: '() => undefined' }), RUN_MINE, 'mine'],
  ['a plan without properties', scenario({ plan: `() => ({ generations: [], observers: [] })` }), RUN_MINE, 'mine'],
  ['a plan with an unknown field', scenario({ plan: `() => ({ generation: [] })` }), RUN_MINE, 'mine'],
  [
    'an unknown deviation',
    scenario({ explore: `{ range: { deviations: ['lag-time'] } }` }),
    ['explore', 'mine', '--subject', './s.ts'],
    'did you mean lag-timed',
  ],
  [
    'an unknown field of a range',
    scenario({ explore: `{ range: { deviation: ['lag-timed'] } }` }),
    ['explore', 'mine', '--subject', './s.ts'],
    'deviation',
  ],
  ['a parameter that is not one', { 's.ts': subject() }, [...RUN, '--set', 'lag=1'], 'has no parameter "lag"'],
  ['a plan file that is missing', { 's.ts': subject() }, ['replay', 'plan.json', '--subject', './s.ts'], 'plan.json'],
  [
    'a plan file that is not JSON',
    { 's.ts': subject(), 'plan.json': 'x' },
    ['replay', 'plan.json', '--subject', './s.ts'],
    'plan.json',
  ],
  ...[
    ['explore', 'plan-space'],
    ['explore', '--exhaustive', '1'],
    ['run', 'lagging-replica', '--exhaustive', '1'],
  ].map(
    (args) =>
      [
        `a search for a server: ${args.join(' ')}`,
        { 's.ts': SERVER },
        [...args, '--subject', './s.ts'],
        'is a server, whose time is real, and a search runs in a simulation',
      ] as const,
  ),
  [
    'a reporter that throws on import',
    { 'r.ts': `throw new Error('no reporter');`, 's.ts': subject() },
    [...RUN, '--reporter', './r.ts'],
    'r.ts:1: cannot be loaded: no reporter',
  ],
];

test.each(MISTAKES)('%s', (_, files, args, line) => {
  const { status, stdout, lines } = projects.ratchet(files, args);
  expect(lines, stdout).toHaveLength(1);
  expect(lines[0]).toContain(line);
  expect(lines[0]).toMatch(/^ratchet: (?!this is a bug)/);
  expect([status, stdout]).toEqual([64, '']);
});
