import { expect, it } from 'vitest';
import { projectFiles, SUBJECT_FILE, type SubjectChoice } from './project-files.ts';

const choice: SubjectChoice = {
  app: 'command',
  startCommand: ['npx', 'next', 'start'],
  database: { table: 'jobs', key: 'id', keyOf: 'text', progress: 'progress', max: 100 },
  needed: { row: {}, seed: {}, userId: undefined },
  statusPath: '/api/jobs/:id',
  start: { path: '/api/jobs', method: 'PUT', keyField: 'job-id' },
};

const subjectOf = (changes: Partial<SubjectChoice>, migrations = 'supabase/migrations'): string =>
  projectFiles({ ...choice, ...changes }, migrations).find(({ path }) => path === SUBJECT_FILE)!.text;

it('says only what differs from the defaults', () => {
  expect(subjectOf({})).toBe(`import { defineSubject, command } from 'ratchet';

export const subject = defineSubject({
  app: command(['npx', 'next', 'start'], { cwd: \`\${import.meta.dirname}/..\` }),
  database: {
    table: 'jobs',
    key: 'id',
    progress: 'progress',
  },
  routes: {
    status: '/api/jobs/:id',
    start: { path: '/api/jobs', method: 'PUT', body: ({ key }) => ({ 'job-id': key }) },
  },
});
`);
});

it('writes rows of parents, a user and words', () => {
  const { database } = choice;
  const text = subjectOf(
    {
      database: { ...database, status: { column: 'state', completed: ['done', 'ok'], failed: ["couldn't"] } },
      needed: { row: { team: 1, options: {} }, seed: { teams: [{ id: 1, tags: [] }] }, userId: 'ada' },
    },
    'db/sql',
  );
  expect(text).toContain(`    migrations: 'db/sql',\n    seed: () => ({ teams: [{ id: 1, tags: [] }] }),\n`);
  expect(text).toContain(`    row: { team: 1, options: {} },\n`);
  expect(text).toContain(`    status: { column: 'state', completed: ['done', 'ok'], failed: 'couldn\\'t' },\n`);
  expect(text).toContain(`  session: {\n    userId: 'ada',\n  },\n`);
});
