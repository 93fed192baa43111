import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTabLines, type ClockLine, type PollLine } from './poll-lines.ts';
import { PollServices, serviceLine } from './service-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(text: string): Promise<{ polls: PollLine[]; clocks: ClockLine[] }> {
  const file = join(folder, 'tabs.log');
  writeFileSync(file, text);
  const [polls, clocks]: [PollLine[], ClockLine[]] = [[], []];
  await readTabLines(file, { poll: (line) => void polls.push(line), clock: (line) => void clocks.push(line) });
  return { polls, clocks };
}

describe('the lines of tabs', () => {
  it('are polls with a progress, polls without one, and comparisons of clocks', async () => {
    const { polls, clocks } = await read(
      'c 1000 1002 3.5\np 7 1 0 1000 1010 9.25 200 2 85 in%20progress\np 7 2 0 1500 1501 0.50 503 no%20replica\np 7 3 0 1600 1601 0.5 200 not%20JSON\n',
    );
    expect(clocks).toEqual([{ startMs: 1_000, endMs: 1_002, runMs: 3.5 }]);
    expect(polls.map(({ value }) => value)).toEqual([
      { generation: 2, progress: 85, status: 'in progress' },
      undefined,
      undefined,
    ]);
    expect(polls.map(({ status, error }) => `${status} ${error}`)).toEqual(['200 ', '503 no replica', '200 not JSON']);
    expect(polls[0]).toMatchObject({ tab: 7, ordinal: 1, story: 0, startMs: 1_000, endMs: 1_010, durationMs: 9.25 });
  });

  it('are refused by file and line if a tab has not written them', async () => {
    await expect(read('c 1 2 3\nhello\n')).rejects.toThrow(/tabs\.log:2: is not a line of a tab/);
  });
});

describe('the databases that served polls', () => {
  it('are found by the name of the operation, once, with all requests of the poll', async () => {
    const file = join(folder, 'services.ndjson');
    const lines = [
      {
        operation: 'load-1#1',
        served_by: 'replica-1',
        lsn: '0/1',
        attempts: 1,
        exchanges: ['replica-1 200'],
        supabaseMs: 2,
        endMs: 10,
      },
      {
        operation: 'load-1#1',
        served_by: 'primary',
        lsn: '0/2',
        attempts: 1,
        exchanges: ['primary 200'],
        supabaseMs: 3,
        endMs: 12,
      },
      { operation: 'load-2#1', served_by: 'primary', attempts: 1, supabaseMs: 1, endMs: 13 },
    ];
    writeFileSync(file, lines.map((line) => `${serviceLine(line)}\n`).join(''));
    const services = new PollServices(file);
    expect(await services.take('load-1#1', 12)).toEqual({
      served_by: 'primary',
      lsn: '0/2',
      attempts: 2,
      exchanges: ['replica-1 200', 'primary 200'],
      supabaseMs: 5,
    });
    expect(await services.take('load-1#1', 12)).toBeUndefined();
    expect(await services.take('load-2#1', 13)).toMatchObject({ served_by: 'primary' });
  });
});
