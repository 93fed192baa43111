import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { openCatalogue } from './catalogue.ts';

const root = mkdtempSync(join(tmpdir(), 'ratchet-catalogue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DOOR = JSON.stringify(new URL('../index.ts', import.meta.url).href);
let projects = 0;

/** Creates a new project in every call, since a module is loaded only once. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `project-${++projects}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const CONFIG = "export const config = { scenarios: ['scenarios'], subjects: ['subjects'], subject: 'mine' };";
const SCENARIO = "{ name: 'mine', summary: 'of a test', parameters: {}, plan: () => ({}) }";
const SUBJECT = `{
  name: 'mine',
  description: 'of a test',
  tracked: { table: 'stories', key: 'id', progress: 'progress' },
  migrations: [],
  storyRow: () => ({}),
  frontEnd: { query: () => ({}), display: 'as-arrived' },
  readStatus: () => undefined,
  createInstance: () => undefined,
}`;

function define(name: string, value: string): string {
  const definer = `define${name[0]!.toUpperCase()}${name.slice(1)}`;
  return `import { ${definer} } from ${DOOR};\nexport default ${definer}(${value});`;
}

async function refusalOf(loading: Promise<unknown>): Promise<UsageError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

describe('a project', () => {
  it.each([
    ['named exports', CONFIG, `export const scenario = ${SCENARIO}`, `export const subject = ${SUBJECT}`],
    [
      'default exports, defined through the door',
      define('config', CONFIG.slice('export const config = '.length, -1)),
      define('scenario', SCENARIO),
      define('subject', SUBJECT),
    ],
  ])('may have %s', async (_, config, scenario, subject) => {
    const folder = project({
      'ratchet.config.ts': config,
      'scenarios/mine.ts': scenario,
      'subjects/mine/subject.ts': subject,
    });
    const catalogue = await openCatalogue(folder);
    expect(catalogue.defaultSubject()).toBe('mine');
    expect(await catalogue.loadScenario('mine')).toMatchObject({ name: 'mine', summary: 'of a test' });
    expect(await catalogue.loadSubject('mine')).toMatchObject({ name: 'mine', description: 'of a test' });
  });

  it('prefers a named export to the default export', async () => {
    const other = SCENARIO.replace('of a test', 'not this one');
    const folder = project({
      'ratchet.config.ts': CONFIG,
      'scenarios/mine.ts': `export const scenario = ${SCENARIO};\nexport default ${other};`,
      'subjects/mine/subject.ts': `export const subject = ${SUBJECT}`,
    });
    expect(await (await openCatalogue(folder)).loadScenario('mine')).toMatchObject({ summary: 'of a test' });
  });
});

describe('an invalid config', () => {
  it.each([
    [
      'an unknown field',
      "{ subjcts: ['subjects'] }",
      'config has no field "subjcts"; did you mean subjects? available: scenarios, subjects, subject, planted',
    ],
    [
      'a folder that stands alone',
      "{ scenarios: 'scenarios' }",
      'config.scenarios must be a list of folders, not "scenarios"',
    ],
    ['a subject that is not a name', '{ subject: 5 }', 'config.subject must be a non-empty string, not 5'],
    ['a function', '() => ({})', 'config must be an object, not a function'],
  ])('is refused by its file and field: %s', async (_, value, message) => {
    for (const text of [`export const config = ${value}`, define('config', value)]) {
      const folder = project({ 'ratchet.config.ts': text });
      const refusal = await refusalOf(openCatalogue(folder));
      expect(refusal.message).toBe(`${join(folder, 'ratchet.config.ts')}: ${message}`);
      expect(refusal).toMatchObject({ code: 'config-invalid', exitCode: 64, hint: expect.stringContaining('docs/') });
    }
  });
});

describe('an invalid subject', () => {
  it.each([
    ['a missing field', SUBJECT.replace('storyRow', 'row'), 'subject.storyRow is missing: it must be a function'],
    [
      'a missing part',
      SUBJECT.replace("key: 'id', ", ''),
      'subject.tracked.key is missing: it must be a column or a list of columns',
    ],
    [
      'a name with spaces',
      SUBJECT.replace("'mine'", "'My App'"),
      'subject.name must be lower-case letters, digits and dashes, not "My App"',
    ],
    [
      'a display that does not exist',
      SUBJECT.replace('as-arrived', 'sideways'),
      'subject.frontEnd.display must be "as-arrived", "by-version", "high-water" or a function, not "sideways"',
    ],
    ['a list', '[]', 'subject must be an object, not []'],
  ])('is refused by its file and field: %s', async (_, value, message) => {
    for (const text of [`export const subject = ${value}`, define('subject', value)]) {
      const folder = project({ 'mine.ts': text });
      const path = join(folder, 'mine.ts');
      const refusal = await refusalOf((await openCatalogue(folder)).loadSubject(path));
      expect(refusal.message).toBe(`${path}: ${message}`);
      expect(refusal).toMatchObject({ code: 'subject-invalid', exitCode: 64 });
    }
  });

  it('is refused with a hint if the file exports none', async () => {
    const folder = project({ 'mine.ts': 'export const thing = 1;' });
    const refusal = await refusalOf((await openCatalogue(folder)).loadSubject('./mine.ts'));
    expect(refusal.message).toBe(`${join(folder, 'mine.ts')}: exports no \`subject\``);
    expect(refusal.hint).toBe('write `export const subject = …` or `export default …`');
  });
});

describe('an invalid scenario', () => {
  it.each([
    ['no plan', SCENARIO.replace('plan:', 'plans:'), 'scenario.plan is missing: it must be a function'],
    [
      'a parameter without its limits',
      SCENARIO.replace('parameters: {}', "parameters: { lag_ms: { description: 'late', default: 1 } }"),
      'scenario.parameters.lag_ms.min is missing: it must be a number',
    ],
    [
      'a range that is not one',
      SCENARIO.replace('plan:', "explore: { range: { deviations: 'all' } }, plan:"),
      'scenario.explore.range.deviations must be a list of kinds of deviations, not "all"',
    ],
  ])('is refused by its file and field: %s', async (_, value, message) => {
    for (const text of [`export const scenario = ${value}`, define('scenario', value)]) {
      const folder = project({
        'ratchet.config.ts': "export const config = { scenarios: ['scenarios'] };",
        'scenarios/mine.ts': text,
      });
      const refusal = await refusalOf((await openCatalogue(folder)).loadScenario('mine'));
      const path = join(folder, 'scenarios/mine.ts');
      expect(refusal.message).toBe(`${path}: ${message}`);
      expect(refusal).toMatchObject({ code: 'scenario-invalid', exitCode: 64 });
    }
  });
});
