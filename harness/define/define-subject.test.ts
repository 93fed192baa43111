import { describe, expect, expectTypeOf, it } from 'vitest';
import { command } from '../subject/command.ts';
import { modules } from '../subject/modules.ts';
import { url } from '../subject/url.ts';
import type { SubjectDefinition } from '../subject/subject-definition.ts';
import { defineSubject } from './define-subject.ts';

const database = { table: 'jobs', key: 'id', progress: 'percent' };
const routes = { status: '/api/jobs/:id', start: '/api/jobs/:id/start' };
const app = command(['node', 'server.js'], { cwd: '/srv/My App' });

describe('a subject of an application, its table and its routes', () => {
  it('gets the usual defaults', () => {
    const subject = defineSubject({ app, database, routes });
    expect(subject).toMatchObject({
      name: 'my-app',
      tracked: { table: 'jobs', key: 'id', progress: 'percent' },
      migrations: ['/srv/My App/supabase/migrations'],
      capabilities: ['instance-restart'],
    });
    expect([subject.keyOf('story-1'), subject.statusPath?.('story-1')]).toEqual(['story-1', '/api/jobs/story-1']);
    expect(subject.storyRow('story-1')).toEqual({});
    expect(subject.readStatus({ percent: 85 })).toEqual({ generation: 1, progress: 85 });
    expect(subject.frontEnd.display).toBe('as-arrived');
  });

  it('keeps what it says', () => {
    const subject = defineSubject({
      name: 'jobs',
      app: modules('/srv/app', async () => ({ status: async () => new Response(), generate: async () => undefined })),
      database: {
        migrations: ['db/a.sql', '/b.sql'],
        table: 'jobs',
        key: ['tenant', 'number'],
        keyOf: (story) => ({ tenant: 'acme', number: story.length }),
        row: ({ story, key }) => ({ title: story, made_of: key }),
        progress: { column: 'pct', max: 1 },
        status: { column: 'state', completed: ['done', 'ok'] },
        generation: 'run',
      },
      frontEnd: { display: 'high-water' },
    });
    expect(subject.tracked).toEqual({
      table: 'jobs',
      key: ['tenant', 'number'],
      progress: 'pct',
      progressMax: 1,
      status: 'state',
      statusWords: { completed: ['done', 'ok'] },
      generation: 'run',
    });
    expect(subject.migrations).toEqual(['/srv/app/db/a.sql', '/b.sql']);
    expect(subject.storyRow('story-1')).toEqual({ title: 'story-1', made_of: { tenant: 'acme', number: 7 } });
    expect(subject.frontEnd).toMatchObject({ display: 'high-water', query: expect.any(Function) });
  });

  it('that is already running says where', () => {
    expect(defineSubject({ app: url('https://app.example.com'), database, routes })).toMatchObject({
      name: 'app-example-com',
      runsAt: 'https://app.example.com',
    });
  });

  it('needs both routes of a server, which its type says too', () => {
    expectTypeOf<{ app: typeof app; database: typeof database }>().not.toExtend<SubjectDefinition>();
    expectTypeOf<{ app: typeof app; database: typeof database; routes: typeof routes }>().toExtend<SubjectDefinition>();
  });
});

describe('what is wrong with a subject is one line:', () => {
  it.each<[string, object, string]>([
    [
      'no application',
      { database, routes },
      'subject.app is missing: it must be what modules(…), command(…) or url(…) returns',
    ],
    [
      'a command that is a list',
      { app: ['node'], database, routes },
      'subject.app must be what modules(…), command(…) or url(…) returns, not ["node"]',
    ],
    [
      'no table',
      { app, database: { key: 'id' }, routes },
      'subject.database.table is missing: it must be a non-empty string',
    ],
    [
      'a misspelt field',
      { app, database: { ...database, progres: 'pct' }, routes },
      'subject.database has no field "progres"; did you mean progress? available: migrations, seed, table, key, keyOf, row, progress, status, generation',
    ],
    [
      'a misspelt part of the progress',
      { app, database: { ...database, progress: { column: 'pct', maximum: 1 } }, routes },
      'subject.database.progress has no field "maximum"; available: column, max',
    ],
    [
      'a scale of zero',
      { app, database: { ...database, progress: { column: 'pct', max: 0 } }, routes },
      'subject.database.progress.max must be a number greater than 0, not 0',
    ],
    [
      'an unknown type of key',
      { app, database: { ...database, keyOf: 'guid' }, routes },
      'subject.database.keyOf must be "text", "uuid", "bigint" or a function, not "guid"',
    ],
    [
      'a composite key without a function',
      { app, database: { ...database, key: ['a', 'b'] }, routes },
      'subject.database.keyOf is missing: it must be a function',
    ],
    ['a server without routes', { app, database }, 'subject.routes is missing: it must be an object'],
    [
      'a server without a start',
      { app, database, routes: { status: '/a' } },
      'subject.routes.start is missing: it must be a path, a file of a route, a function or an object with its path',
    ],
    [
      'a route without a slash',
      { app, database, routes: { ...routes, status: 'api/jobs' } },
      'the route "api/jobs" is neither a path nor a file of a route',
    ],
    [
      'a word that is a number',
      { app, database: { ...database, status: { column: 's', completed: 2 } }, routes },
      'subject.database.status.completed must be a word or a list of words, not 2',
    ],
  ])('%s', (_, definition, message) => {
    expect(() => defineSubject(definition as SubjectDefinition)).toThrow(
      expect.objectContaining({ message, code: 'subject-invalid', exitCode: 64 }),
    );
  });
});

describe('an implementation of the port', () => {
  const ready = {
    name: 'own',
    description: 'of a test',
    tracked: { table: 'jobs', key: 'id', progress: 'percent' },
    migrations: [],
    storyRow: () => ({}),
    frontEnd: { query: () => ({}), display: 'as-arrived' as const },
    readStatus: () => undefined,
    createInstance: () => Promise.reject(new Error('not in this test')),
  };

  it('is returned unchanged, with names as keys if it has none', () => {
    const complete = { ...ready, keyOf: (story: string) => `${story}!` };
    expect(defineSubject(complete)).toBe(complete);
    expect(defineSubject(ready).keyOf('story-1')).toBe('story-1');
  });
});
