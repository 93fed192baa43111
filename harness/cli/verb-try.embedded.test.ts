import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ParcelApp } from '../up/parcel-app.test-support.ts';
import { Terminal, type RunningUp } from '../up/up.test-support.ts';

const terminal = new Terminal();
const app = new ParcelApp();
afterAll(() => {
  app.close();
  terminal.close();
});

/** The route takes `by` for the code of a parcel. */
const wrongPath = join(app.folder, 'wrong-path.ts');
writeFileSync(
  wrongPath,
  readFileSync(app.subject, 'utf8').replace("status: '/parcels/:code'", "status: '/parcels/by/:code'"),
);

describe('a trial of an application that runs elsewhere, with its Supabase as the target', () => {
  let up: RunningUp;
  beforeAll(async () => {
    up = await terminal.up('--migrations', join(app.folder, 'supabase/migrations'));
  });
  afterEach(() => app.stop());
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  /** The application, started with a Supabase of its own, and the target. */
  async function variablesOf(url: string, target: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> {
    const key = up.variables['SECRET_KEY']!;
    return {
      PARCEL_URL: await app.start({ url, key, stepMs: 100 }),
      RATCHET_REMOTE_URL: up.variables['PRIMARY_API_URL'],
      RATCHET_REMOTE_PUBLISHABLE_KEY: up.variables['PUBLISHABLE_KEY'],
      RATCHET_REMOTE_SECRET_KEY: key,
      ...target,
    };
  }

  /** The URL of a server that answers 404: the application itself. */
  const noSupabase = (): Promise<string> => app.start({ url: up.variables['PRIMARY_API_URL']!, key: 'none' });

  const onTarget = ['--backend', 'remote', '--i-own-this-target', '--subject'];
  const outcomeOf = (args: readonly string[], variables: NodeJS.ProcessEnv): (string | number | null)[] => {
    const { status, stdout, stderr } = terminal.ratchet(args, variables);
    return [status, ...(stdout + stderr).trimEnd().split('\n')];
  };

  it.each([
    ['with its database', true],
    ['without its database, whose commits the answers of the route stand for', false],
  ])('passes %s', async (_, withDatabase) => {
    const target = withDatabase ? { RATCHET_REMOTE_DATABASE_URL: up.variables['DB_URL'] } : {};
    const variables = await variablesOf(up.variables['PRIMARY_API_URL']!, target);
    expect(outcomeOf(['try', ...onTarget, app.subject], variables)).toEqual([
      0,
      '✓ row created',
      '✓ application started',
      '✓ route answered 200',
      '✓ progress read: 0%',
      '✓ a generation moved the row',
      '✓ its requests pass by the gateway: it runs elsewhere, so no fault can act on them',
      '✓ end recognised: 100%, completed',
    ]);
  });

  it('names a wrong path, also after a run', async () => {
    const variables = await variablesOf(up.variables['PRIMARY_API_URL']!);
    const mistake =
      /routes\.status: GET \/parcels\/by\/story-1 answered 404: null — correct the path; if the application/;
    const tried = outcomeOf(['try', ...onTarget, wrongPath], variables);
    expect(tried).toEqual([2, '✓ row created', '✓ application started', expect.stringMatching(mistake)]);
    const plan = join(terminal.tmp, 'plan.json');
    writeFileSync(plan, JSON.stringify(PLAN));
    const run = outcomeOf(
      ['replay', plan, '--report', join(terminal.tmp, 'reports'), ...onTarget, wrongPath],
      variables,
    );
    expect(run).toEqual(
      expect.arrayContaining([
        2,
        expect.stringMatching(
          /^\? .* nothing was tested: (\d+) of \1 polls of tab-1 answered 404, GET \/parcels\/by\//,
        ),
        expect.stringMatching(new RegExp(`^ {2}mistake: ${mistake.source}`)),
      ]),
    );
  });

  it('names another Supabase', async () => {
    const variables = await variablesOf(await noSupabase());
    expect(outcomeOf(['try', ...onTarget, app.subject], variables).at(-1)).toMatch(
      /^✗ app: GET \/parcels\/story-1 answered 500: .* — if the application uses another Supabase than the backend, let both use/,
    );
  });

  it('is refused on databases that the application does not use', async () => {
    const [status, line] = outcomeOf(['try', '--subject', app.subject], await variablesOf('http://127.0.0.1:9'));
    expect([status, line]).toEqual([
      64,
      expect.stringMatching(/^ratchet: the subject parcels runs at .* --backend remote/),
    ]);
  });
});

const PLAN = {
  plan: 1,
  scenario: 'parcels',
  seed: 1,
  topology: { replicas: 0 },
  generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 10 }] }],
  observers: [{ session: 'tab-1', story: 'story-1', every_ms: 100 }],
  properties: ['monotonic-view'],
};
