/** The files that connect a project: its config, its subject and its test. */
import type { NeededRows } from './needed-rows.ts';
import type { TableChoice } from './table-choice.ts';

export interface SubjectChoice {
  app: 'modules' | 'command';
  /** Of `command`. */
  startCommand: readonly string[];
  database: TableChoice;
  needed: NeededRows;
  statusPath: string;
  start: StartChoice;
}

export interface StartChoice {
  path: string;
  method: string;
  /** The field of the body that has the key, if the path has none. */
  keyField: string | undefined;
}

export interface ProjectFile {
  /** Relative to the project, with slashes. */
  path: string;
  text: string;
}

const CONFIG_FILE = 'ratchet.config.ts';
export const SUBJECT_FILE = 'ratchet/subject.ts';
export const TEST_FILE = 'ratchet/progress.test.ts';

export const PROJECT_FILES: readonly string[] = [CONFIG_FILE, SUBJECT_FILE, TEST_FILE];

export function projectFiles(choice: SubjectChoice, migrations: string): ProjectFile[] {
  return [
    { path: CONFIG_FILE, text: CONFIG },
    { path: SUBJECT_FILE, text: subjectText(choice, migrations) },
    { path: TEST_FILE, text: TEST },
  ];
}

const CONFIG = `import { defineConfig } from 'ratchet';

export const config = defineConfig({ subject: './${SUBJECT_FILE}' });
`;

const TEST = `import { expect, test } from 'vitest';
import 'ratchet/vitest';
import { subject } from './subject';

test('progress never goes backwards', { timeout: 120_000 }, async () => {
  await expect(subject).toHoldUnder('lagging-replica', { backend: 'embedded' });
});
`;

/** What `supabase` uses, and so does a subject without the field. */
const DEFAULT_MIGRATIONS = 'supabase/migrations';

function subjectText(choice: SubjectChoice, migrations: string): string {
  const { app, startCommand, database, needed, statusPath, start } = choice;
  const application = app === 'modules' ? FOLDER : `${literal(startCommand, 1)}, { cwd: ${FOLDER} }`;
  const fields = {
    app: new Code(`${app}(${application})`),
    database: {
      ...(migrations === DEFAULT_MIGRATIONS ? {} : { migrations }),
      ...(isEmpty(needed.seed) ? {} : { seed: new Code(`() => (${literal(needed.seed, 2)})`) }),
      table: database.table,
      key: database.key,
      ...(database.keyOf === 'text' ? {} : { keyOf: database.keyOf }),
      ...(isEmpty(needed.row) ? {} : { row: needed.row }),
      progress: database.max === 100 ? database.progress : { column: database.progress, max: database.max },
      ...statusField(database.status),
      ...(database.generation === undefined ? {} : { generation: database.generation }),
    },
    routes: { status: statusPath, start: startField(start) },
    ...(needed.userId === undefined ? {} : { session: { userId: needed.userId } }),
  };
  const text = Object.entries(fields).map(([name, value]) => `  ${name}: ${literal(value, 1)},`);
  return `import { defineSubject, ${app} } from 'ratchet';\n\nexport const subject = defineSubject({\n${text.join('\n')}\n});\n`;
}

const FOLDER = '`${import.meta.dirname}/..`';

function statusField(status: TableChoice['status']): object {
  if (status === undefined) return {};
  const { column, completed, failed } = status;
  const oneOrMore = (words: readonly string[]): unknown => (words.length === 1 ? words[0] : words);
  if (completed.join() === 'completed' && failed.join() === 'failed') return { status: column };
  return { status: { column, completed: oneOrMore(completed), failed: oneOrMore(failed) } };
}

function startField({ path, method, keyField }: StartChoice): unknown {
  if (method === 'POST' && keyField === undefined) return path;
  return {
    path,
    ...(method === 'POST' ? {} : { method }),
    ...(keyField === undefined ? {} : { body: new Code(`({ key }) => ({ ${property(keyField)}: key })`) }),
  };
}

/** Text that is an expression already. */
class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const LINE_LENGTH = 100;

/** A value as an expression: in one line if it fits, an object in a line for each field otherwise. */
function literal(value: unknown, depth: number): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, depth)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, field]) => [property(name), field] as const);
  if (entries.length === 0) return '{}';
  const line = `{ ${entries.map(([name, field]) => `${name}: ${literal(field, depth + 1)}`).join(', ')} }`;
  if (depth > 1 && line.length + depth * 2 + 16 <= LINE_LENGTH && !line.includes('\n')) return line;
  const indent = '  '.repeat(depth);
  const lines = entries.map(([name, field]) => `${indent}  ${name}: ${literal(field, depth + 1)},`);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`);
  return `'${escaped}'`;
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
