import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../errors.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import { inMacrotask, simulateBatch } from '../simulation/simulate.ts';
import { modulesSubject } from '../subject/modules.ts';
import type { AppInstance, Subject } from '../port/subject.ts';
import { simulateRun, type SimulatedOutcome } from './simulate-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'app-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan = (more: object = {}): Plan =>
  parsePlan(
    {
      plan: 1,
      scenario: 'test',
      seed: 1,
      topology: { replicas: 0 },
      generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 200 }] }],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
      properties: ['monotonic-view'],
      run_ms_max: 5_000,
      ...more,
    },
    'test',
  );

let apps = 0;

/** An application of one module, `app.ts`, which exports `status` and optionally `generate`. */
function subjectOf(source: string, more: Partial<Subject> = {}): Subject {
  const root = join(folder, `app-${++apps}`);
  mkdirSync(root);
  writeFileSync(join(root, 'app.ts'), source);
  return {
    ...modulesSubject({
      name: 'test',
      description: '',
      root: pathToFileURL(`${root}/`),
      tracked: { table: 'stories', key: 'id', progress: 'progress' },
      migrations: [],
      simulation: {
        tables: {
          stories: { columns: { id: { type: 'text' }, progress: { type: 'integer', default: 0 } }, primaryKey: ['id'] },
        },
      },
      storyRow: () => ({}),
      frontEnd: { query: () => ({}), display: 'as-arrived' },
      readStatus: (body) => ({ generation: 1, progress: (body as { progress: number }).progress }),
      async open(load) {
        const { open, status, generate } = await load<any>('app.ts');
        await open?.();
        const instance: AppInstance = {
          status,
          async generate(job) {
            job.started(1);
            await job.work(0);
            await generate?.(job.story);
          },
        };
        return instance;
      },
    }),
    ...more,
  };
}

const run = (subject: Subject, more: object = {}): Promise<SimulatedOutcome> =>
  inMacrotask(() => simulateRun({ plan: plan(more), subject }));

const ANSWER = `const answer = () => Response.json({ progress: 0 });\n`;

describe('an application in virtual time', () => {
  it('waits without real delay, and reads a clock that has advanced', async () => {
    const started = performance.now();
    const subject = subjectOf(`
      const begun = Date.now();
      export async function status() {
        await new Promise((resolve) => setTimeout(resolve, 90_000));
        return Response.json({ progress: (Date.now() - begun) / 1_000 });
      }`);
    const { history, incomplete } = await run(subject, { run_ms_max: 1_000_000 });
    expect(incomplete).toBeUndefined();
    expect(history.events.find(({ f }) => f === 'show')?.value).toMatchObject({ progress: 90 });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('gets the same random numbers for the same seed, and others for another', async () => {
    const subject = subjectOf(`
      import { randomBytes } from 'node:crypto';
      const drawn = [Math.random(), crypto.randomUUID(), randomBytes(4).toString('hex'), crypto.getRandomValues(new Uint8Array(2))];
      export const status = async () => { throw new Error(JSON.stringify(drawn)) };`);
    const [one, same, other] = [await run(subject), await run(subject), await run(subject, { seed: 2 })];
    expect(same!.incomplete!.message).toBe(one!.incomplete!.message);
    expect(other!.incomplete!.message).not.toBe(one!.incomplete!.message);
  });

  it('reads the date by the clock of its instance, which may be wrong, while its timers are right', async () => {
    const subject = subjectOf(`
      const loaded = Date.now();
      const minutes = (date) => (date - Date.UTC(2026, 0, 1)) / 60_000;
      export async function status() {
        const before = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 100));
        const isOnTime = performance.now() - before === 100 && new Date() - loaded < 10_000;
        const dates = [loaded, new Date(), Date.now(), Date.parse(Date())].map(minutes).map(Math.round);
        return Response.json({ progress: isOnTime && new Set(dates).size === 1 ? dates[0] : -1 });
      }`);
    const { history, incomplete } = await run(subject, {
      topology: { replicas: 0, instances: 2 },
      observers: [1, 2].map((instance) => ({ session: `tab-${instance}`, story: 'story-1', instance, every_ms: 50 })),
      faults: [
        { kind: 'clock-skew', instance: 2, offset_ms: 3_600_000 },
        { kind: 'clock-skew', instance: 1, offset_ms: -60_000, from: { at_ms: 100_000 } },
      ],
    });
    expect(incomplete).toBeUndefined();
    const shown = (tab: string) => history.events.find(({ f, process }) => f === 'show' && process === tab)?.value;
    expect([shown('tab-1'), shown('tab-2')]).toMatchObject([{ progress: 0 }, { progress: 60 }]);
  });

  it('reads the right date again when its clock is right again', async () => {
    const subject = subjectOf(`
      export const status = async () => Response.json({ progress: Math.round((Date.now() - Date.UTC(2026, 0, 1)) / 60_000) });`);
    const { history } = await run(subject, {
      faults: [{ kind: 'clock-skew', instance: 1, offset_ms: 600_000, from: { at_ms: 75 }, until: { at_ms: 125 } }],
    });
    const shown = history.events.filter(({ f }) => f === 'show').map(({ value }) => value);
    expect(shown.slice(0, 4)).toMatchObject([{ progress: 0 }, { progress: 0 }, { progress: 10 }, { progress: 0 }]);
  });

  it('runs its timers in the async context that created them', async () => {
    const subject = subjectOf(`
      import { AsyncLocalStorage } from 'node:async_hooks';
      const context = new AsyncLocalStorage();
      const inTimer = () => new Promise((resolve) => setTimeout(() => resolve(context.getStore()), 10));
      export const status = async () => Response.json({ progress: await context.run(7, inTimer) });`);
    const { history } = await run(subject);
    expect(history.events.find(({ f }) => f === 'show')?.value).toMatchObject({ progress: 7 });
  });

  it('leaves the globals unchanged, whether it succeeds or fails', async () => {
    const names = ['setTimeout', 'Date', 'fetch', 'Request', 'Response', 'URL', 'Headers'] as const;
    const before = names.map((name) => globalThis[name]);
    await run(subjectOf(`${ANSWER} export const status = async () => answer();`));
    await run(subjectOf(`export const status = async () => { throw new Error('no') };`));
    expect(names.map((name) => globalThis[name])).toEqual(before);
    expect([Object.hasOwn(performance, 'now'), Object.hasOwn(crypto, 'subtle')]).toEqual([false, false]);
  });

  it('is interrupted with a mark for the incomplete run', async () => {
    const controller = new AbortController();
    controller.abort();
    const subject = subjectOf(`${ANSWER} export const status = async () => answer();`);
    const { incomplete } = await inMacrotask(() => simulateRun({ plan: plan(), subject, signal: controller.signal }));
    expect(incomplete).toMatchObject({ code: 'interrupted' });
  });
});

describe('an application that misbehaves is reported as such, with the virtual time and its own stack:', () => {
  it('its endpoint throws', async () => {
    const { incomplete, history } = await run(
      subjectOf(`
      export async function status() {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return read(undefined);
      }
      function read(row) { return row.progress; }`),
    );
    expect(incomplete).toMatchObject({ code: 'subject-threw', exitCode: 2 });
    expect(incomplete!.message).toMatch(
      /app\.ts threw TypeError: .* at 0\.300 s, asked by tab-1\n {4}at read \(.*app\.ts:\d+:\d+\)/,
    );
    expect(history.events.at(-1)).toMatchObject({ fault: 'run-incomplete' });
  });

  it('one of its timers throws', async () => {
    const { incomplete } = await run(
      subjectOf(`${ANSWER}
      export async function status() {
        setTimeout(function explode() { throw new RangeError('boom') }, 20);
        return answer();
      }`),
    );
    expect(incomplete).toMatchObject({ code: 'subject-threw' });
    expect(incomplete!.message).toMatch(
      /app\.ts threw RangeError: boom, at 0\.020 s of virtual time\n {4}at .*explode/,
    );
  });

  it('does not handle a rejection', async () => {
    const { incomplete } = await run(
      subjectOf(`${ANSWER}
      export async function status() {
        void lookUp();
        return answer();
      }
      async function lookUp() { throw new Error('not found') }`),
    );
    expect(incomplete!.message).toMatch(/app\.ts left a rejection unhandled: Error: not found, at 0\.000 s/);
  });

  it.each([
    [
      'fs.promises',
      `import { readFile } from 'node:fs/promises'; const escape = () => readFile('x');`,
      'fs/promises.readFile',
    ],
    ['fs', `import fs from 'fs'; const escape = () => new Promise((r) => fs.readFile('x', r));`, 'fs.readFile'],
    ['subtle crypto', `const escape = () => crypto.subtle.digest('SHA-1', new Uint8Array());`, 'crypto.subtle.digest'],
    ['another host', `const escape = () => fetch('http://elsewhere.test/');`, 'fetch of http://elsewhere.test/'],
    ['a socket', `import net from 'node:net'; const escape = () => net.connect(1);`, 'net.connect'],
    ['http', `import { request } from 'node:http'; const escape = () => request('http://a.test');`, 'http.request'],
  ])('leaves virtual time by %s, whatever it does with the error', async (_name, escape, what) => {
    const source = `${escape}\n${ANSWER} export async function status() {
      try { await escape() } catch {}
      return answer();
    }`;
    const { incomplete } = await run(subjectOf(source));
    expect(incomplete).toMatchObject({ code: 'simulation-escape', exitCode: 2 });
    expect(incomplete!.message).toContain(`app.ts called ${what}, which is not virtual, at 0.000 s of virtual time`);
  });

  it('waits for an event that never occurs', async () => {
    const { incomplete } = await run(subjectOf('export const status = () => new Promise(() => {});'));
    expect(incomplete).toMatchObject({ code: 'run-timeout', exitCode: 2 });
    expect(incomplete!.message).toBe(
      'the run was not over after 5000 ms: no answer to the read of story-1 that tab-1/poll began at 0.000 s',
    );
  });

  it('never starts', async () => {
    const subject = subjectOf('export const open = () => new Promise(() => {});');
    await expect(run(subject)).rejects.toMatchObject({ code: 'simulation-stuck', exitCode: 2 });
  });

  it('cannot be loaded', async () => {
    await expect(run(subjectOf(`throw new Error('no configuration')`))).rejects.toMatchObject({
      code: 'subject-module-failed',
    });
  });

  it('polls for ever before it starts', async () => {
    const subject = subjectOf(
      'export const open = async () => { for (;;) await new Promise((r) => setTimeout(r, 1_000)) };',
    );
    await expect(run(subject)).rejects.toMatchObject({ code: 'simulation-budget', exitCode: 2 });
  });

  it('waits for the clock to move by reading it', async () => {
    const { incomplete } = await run(
      subjectOf(`${ANSWER} export async function status() {
        const until = Date.now() + 100;
        while (Date.now() < until);
        return answer();
      }`),
    );
    expect(incomplete!.message).toMatch(/app\.ts busy-waits for time to pass, at 0\.000 s of virtual time/);
  });

  it.each([
    ['loops', 'for (;;);'],
    ['lets promises follow promises', 'for (;;) await null;'],
  ])('%s without end', async (_name, loop) => {
    const subject = subjectOf(`export async function status() { ${loop} }`);
    const blocked = inMacrotask(() => simulateRun({ plan: plan(), subject, blockedMsMax: 200 }));
    await expect(blocked).rejects.toMatchObject({ code: 'simulation-blocked', exitCode: 2 });
  });

  it('loops in one of several runs that share a time limit', async () => {
    const [loops, holds] = ['for (;;);', 'return answer();'].map((body) =>
      subjectOf(`${ANSWER} export async function status() { ${body} }`),
    );
    const RealDate = Date;
    let times = 0;
    const together = inMacrotask(() =>
      simulateBatch(() => {
        times += 1;
        return [holds!, loops!].map((subject) =>
          simulateRun({ plan: plan(), subject, ...(times === 1 ? {} : { blockedMsMax: 200 }) }),
        );
      }, 300),
    );
    await expect(together).rejects.toMatchObject({ code: 'simulation-blocked' });
    expect(times).toBe(2);
    expect(Date).toBe(RealDate);
    expect((await run(holds!)).incomplete).toBeUndefined();
  });

  it('leaves timers behind, which is a warning', async () => {
    const { incomplete, warning, notes } = await run(
      subjectOf(`${ANSWER} export async function status() {
        watch ??= setInterval(() => {}, 1_000);
        return answer();
      }
      let watch;`),
    );
    expect(incomplete).toBeUndefined();
    expect(warning).toMatch(/app\.ts left a setInterval running, created at 0\.000 s/);
    expect(notes).toContain(warning);
  });

  it('but an unreferenced timer is not reported', async () => {
    const subject = subjectOf(
      `${ANSWER} export async function status() { setTimeout(() => {}, 60_000).unref(); return answer() }`,
    );
    expect((await run(subject)).warning).toBeUndefined();
  });
});

describe('the simulated backend refuses by name:', () => {
  it('a Node.js without the features that virtual time needs', async () => {
    const before = Object.getOwnPropertyDescriptor(process, '_tickCallback')!;
    const subject = subjectOf(`${ANSWER} export const status = async () => answer();`);
    const running = inMacrotask(() => {
      Reflect.deleteProperty(process, '_tickCallback');
      try {
        return simulateRun({ plan: plan(), subject });
      } finally {
        Object.defineProperty(process, '_tickCallback', before);
      }
    });
    const error = await running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(error).toMatchObject({
      code: 'simulation-unsupported',
      message: expect.stringContaining(`Node.js ${process.versions.node} cannot run a simulation`),
    });
  });

  it('an unknown request', async () => {
    const subject = subjectOf(`
      export async function status() {
        await fetch(process.env.SUPABASE_URL + '/rest/v1/stories?select=id,chapters(*)', { headers: { apikey: process.env.SUPABASE_SECRET_KEY } });
        return Response.json({ progress: 1 });
      }`);
    const { incomplete } = await run(subject);
    expect(incomplete).toMatchObject({ code: 'simulated-unsupported', exitCode: 2 });
    expect(incomplete!.message).toBe('the simulated database does not support the selection "chapters(*)"');
  });
});
