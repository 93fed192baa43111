import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WatchSession } from './watch-session.ts';

interface Run {
  args: string;
  stops: number;
  end(code: number): Promise<void>;
}

/** A session whose runs end when the test says so. */
function watching(names: readonly string[] = []) {
  const runs: Run[] = [];
  let written = '';
  const session = new WatchSession({
    names,
    known: ['lag', 'race', 'restart'],
    start(args) {
      const { promise: ended, resolve } = Promise.withResolvers<number>();
      const run: Run = {
        args: args.join(' '),
        stops: 0,
        async end(code) {
          resolve(code);
          await nextTurn();
        },
      };
      runs.push(run);
      return { ended, stop: () => void (run.stops += 1) };
    },
    write: (text) => (written += text),
  });
  const exitCode = session.untilQuit();
  const last = (): Run => runs.at(-1)!;
  return { session, exitCode, runs, last, written: () => written };
}

async function press(session: WatchSession, ...inputs: string[]): Promise<void> {
  for (const input of inputs) {
    session.pressed(input);
    await nextTurn();
  }
}

describe('a session', () => {
  it('runs what was named at first, the failed ones first, and then waits', async () => {
    const { runs, last, written } = watching(['lag', 'race']);
    expect(runs.map(({ args }) => args)).toEqual(['lag race --failed-first']);
    await last().end(1);
    expect(written()).toContain('waiting for changes');
    expect(runs).toHaveLength(1);
  });

  it('ends with the exit code of the last run that was not stopped', async () => {
    const { session, exitCode, last } = watching();
    await last().end(1);
    await press(session, 'a', 'q');
    expect(last().stops).toBe(1);
    await last().end(143);
    expect(await exitCode).toBe(1);
  });

  it.each(['q', '\u0003'])('ends by %j, a second time without waiting for the run', async (key) => {
    const { session, exitCode, last } = watching();
    await press(session, key);
    expect(last().stops).toBe(1);
    await press(session, key);
    expect(last().stops).toBe(2);
    await last().end(143);
    expect(await exitCode).toBe(2);
  });
});

describe('a change', () => {
  it('of a scenario runs this one, of another file all that were chosen', async () => {
    const { session, runs, last } = watching();
    await last().end(0);
    session.changed(['race']);
    await nextTurn();
    expect(last().args).toBe('race --failed-first');
    await last().end(0);
    session.changed(undefined);
    await nextTurn();
    expect(runs.map(({ args }) => args)).toEqual(['--failed-first', 'race --failed-first', '--failed-first']);
  });

  it('of a scenario that was not chosen runs nothing', async () => {
    const { session, runs, last } = watching(['lag']);
    await last().end(0);
    session.changed(['race']);
    await nextTurn();
    expect(runs).toHaveLength(1);
  });

  it('during a run stops it, waits for its end, and runs both', async () => {
    const { session, runs, last } = watching();
    await last().end(0);
    session.changed(['race']);
    await nextTurn();
    session.changed(['lag']);
    session.changed(['lag']);
    await nextTurn();
    expect(runs).toHaveLength(2);
    expect(last().stops).toBe(1);
    await last().end(143);
    expect(last().args).toBe('lag race --failed-first');
  });

  it('during a run of all runs all', async () => {
    const { session, last } = watching();
    session.changed(['race']);
    await last().end(143);
    expect(last().args).toBe('--failed-first');
  });
});

describe('the keys', () => {
  it('a, f and Enter run all, what failed, and the same again', async () => {
    const { session, runs, last } = watching(['lag']);
    for (const key of ['f', '\r', 'a', '\u001B[A', 'x']) {
      await last().end(0);
      await press(session, key);
    }
    const [first, ...others] = runs.map(({ args }) => args);
    expect(first).toBe('lag --failed-first');
    expect(others).toEqual(['lag --last-failed', 'lag --last-failed', 'lag --failed-first']);
  });

  it('p asks for a part of names, which then limits all runs', async () => {
    const { session, runs, last, written } = watching();
    await last().end(0);
    await press(session, 'p', 'r', 'a', 'x', '\r');
    expect(written()).toContain('name contains (0 scenarios): rax');
    expect(runs).toHaveLength(1);
    await press(session, '\u007F', '\r');
    expect(last().args).toBe('race --failed-first');
    await last().end(0);
    await press(session, 'f');
    expect(last().args).toBe('race --last-failed');
    await last().end(0);
    session.changed(['lag']);
    await press(session, 'p', '\r');
    expect(last().args).toBe('--failed-first');
  });

  it('p is left by Escape, and a change meanwhile runs then', async () => {
    const { session, runs, last } = watching();
    await last().end(0);
    await press(session, 'p', 'q');
    session.changed(['lag']);
    await nextTurn();
    expect(runs).toHaveLength(1);
    await press(session, '\u001B');
    expect(last().args).toBe('lag --failed-first');
  });
});
