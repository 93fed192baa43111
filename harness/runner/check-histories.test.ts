import { expect, test } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import { historyOf, progress, show } from '../history/history.test-support.ts';
import { checkHistories } from './check-histories.ts';

const fallen = asColumns(historyOf([show('tab-1', progress(85)), show('tab-1', progress(10))]));
const risen = asColumns(historyOf([show('tab-2', progress(10)), show('tab-2', progress(85))]));

/** Checks two files; returns the verdict, and what happened in which order. */
async function check(selection: { sessions?: string[] } = {}): Promise<{ valid: unknown; log: string[] }> {
  const log: string[] = [];
  const files = Object.entries({ fallen, risen }).map(([file, history]) => ({
    file,
    load: async () => {
      log.push(`load ${file}`);
      return { file, history };
    },
  }));
  const reporter = { ran: ({ file }: { file?: string }) => void log.push(`ran ${file}`) };
  const properties = ['monotonic-view'] as const;
  const work = checkHistories({ files, selection, properties, bounds: () => ({}), reporter });
  return { valid: await work.catch((error: Error) => error.message), log };
}

test('each file is judged and reported before the next one is loaded', async () => {
  expect(await check()).toEqual({ valid: false, log: ['load fallen', 'ran fallen', 'load risen', 'ran risen'] });
});

test('a session that some file has is accepted, one that no file has is refused at the last one', async () => {
  expect((await check({ sessions: ['tab-2'] })).valid).toBe('unknown');
  expect(await check({ sessions: ['tab-2', 'tab-9'] })).toEqual({
    valid: 'no history has the session "tab-9"',
    log: ['load fallen', 'ran fallen', 'load risen'],
  });
});
