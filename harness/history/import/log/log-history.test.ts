import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEvent, parseHistory } from '../../codec.ts';
import type { HistoryEvent } from '../../event.ts';
import { eventsOf } from '../../history.test-support.ts';
import { importText } from './log-history.test-support.ts';

const least = 'time: { field: at, unit: ms }\nsession: user\nstory: id\nprogress: pct\n';
const line = (fields: object): string => JSON.stringify({ at: 1000, user: 'u', id: 's', pct: 10, ...fields });
const imported = async (text: string, map: string) => {
  const { history, log } = await importText(text, { mapping: map });
  return { header: history.header, events: eventsOf(history), ...log! };
};
const log = (lines: readonly (object | string)[], map = '') =>
  imported(lines.map((each) => (typeof each === 'string' ? each : line(each))).join('\n'), least + map);
const described = (events: readonly HistoryEvent[]): string[] =>
  events.map(({ time, process, type, f, value }) =>
    `${time / 1e6} ${process} ${type} ${f} ${JSON.stringify(value) ?? ''}`.trim(),
  );

describe('a log of a status endpoint', () => {
  it('becomes completed reads, in order of time from the first', async () => {
    const { header, events, lines, skipped } = await log([
      { at: 1500, pct: 85 },
      '',
      { at: 1000, id: 7, pct: '10.5', user: 3 },
    ]);
    expect(header).toEqual({ history: 1, began: '1970-01-01T00:00:01.000Z' });
    expect(events).toEqual([
      { index: 0, time: 0, process: '3/read', session: 3, type: 'invoke', f: 'read', key: 7 },
      {
        index: 1,
        time: 0,
        process: '3/read',
        session: 3,
        type: 'ok',
        f: 'read',
        key: 7,
        value: { progress: 10.5 },
        log_line: 3,
      },
      { index: 2, time: 5e8, process: 'u/read', session: 'u', type: 'invoke', f: 'read', key: 's' },
      {
        index: 3,
        time: 5e8,
        process: 'u/read',
        session: 'u',
        type: 'ok',
        f: 'read',
        key: 's',
        value: { progress: 85 },
        log_line: 1,
      },
    ]);
    expect([lines, skipped]).toEqual([2, []]);
  });

  it('keeps lines of the same time in the order of the file', async () => {
    const { events } = await log([{ pct: 30 }, { pct: 20 }, { pct: 10 }]);
    expect(events.filter(({ type }) => type === 'ok').map(({ log_line }) => log_line)).toEqual([1, 2, 3]);
  });

  it('finds fields by paths of dots, also through lists and names with dots', async () => {
    const map = 'status: a.0.b.c\ngeneration: x.y';
    const { events } = await log([{ a: [{ 'b.c': 'generating' }], 'x.y': '2' }], map);
    expect(events[1]?.value).toEqual({ generation: 2, progress: 10, status: 'generating' });
  });

  it('accepts fractions, and numbers as text', async () => {
    const text = [{ part: 0.07 }, { part: '1' }, { part: 0.57 }].map((fields) => line(fields)).join('\n');
    const { events } = await imported(text, least.replace('pct', '{ field: part, max: 1 }'));
    const values = events.filter(({ type }) => type === 'ok').map(({ value }) => value);
    expect(values).toEqual([{ progress: 7 }, { progress: 100 }, { progress: 57 }]);
  });

  it('derives the begin of a request from its duration, and which requests overlap', async () => {
    const { events } = await log(
      [
        { at: 1000, ms: 30 },
        { at: 1010, ms: 5 },
        { at: 1015, ms: 5 },
      ],
      'took: { field: ms, unit: ms }',
    );
    expect(described(events)).toEqual([
      '0 u/read invoke read',
      '30 u/read ok read {"progress":10}',
      '35 u/read invoke read',
      '40 u/read-2 invoke read',
      '40 u/read ok read {"progress":10}',
      '45 u/read-2 ok read {"progress":10}',
    ]);
  });

  it('reads the begin of a request from its field', async () => {
    const { events } = await log([{ began: 990 }], 'began: { field: began, unit: ms }');
    expect(events.map(({ time }) => time)).toEqual([0, 10e6]);
  });

  it('distinguishes failed requests from unknown ones, and does not use a process again after an unknown one', async () => {
    const map = 'outcome: { field: code, ok: [200], fail: 500, info: timeout }';
    const { events } = await log([{ code: 'timeout', pct: null }, { code: 500, pct: undefined }, { code: 200 }], map);
    expect(described(events)).toEqual([
      '0 u/read invoke read',
      '0 u/read info read',
      '0 u/read-2 invoke read',
      '0 u/read-2 fail read',
      '0 u/read-2 invoke read',
      '0 u/read-2 ok read {"progress":10}',
    ]);
  });

  it('contains the writes, starts, shows, commits and faults of the log', async () => {
    const map =
      'operation: { field: kind, read: poll, write: [patch, put], start: begin, show: seen, commit: row, fault: [deploy] }';
    const { events } = await log(
      [
        { kind: 'begin', pct: undefined },
        { kind: 'put' },
        { kind: 'row', user: undefined },
        { kind: 'deploy', user: 1, id: null, pct: 'x' },
        { kind: 'seen' },
        { kind: 'poll' },
      ],
      map,
    );
    expect(described(events)).toEqual([
      '0 u/start invoke start {"progress":0}',
      '0 u/start ok start {"progress":0}',
      '0 u/write invoke write {"progress":10}',
      '0 u/write ok write {"progress":10}',
      '0 db ok commit {"progress":10}',
      '0 nemesis info fault',
      '0 u ok show {"progress":10}',
      '0 u/read invoke read',
      '0 u/read ok read {"progress":10}',
    ]);
    expect(events[5]).toMatchObject({ fault: 'deploy' });
  });

  it('numbers generations in order of appearance if they are not numbers', async () => {
    const map = 'generation: { field: job, counted: first-seen }';
    const { events } = await log(
      [
        { at: 2, job: 'x' },
        { at: 1, job: 'y' },
        { at: 3, job: 'y' },
        { at: 3, job: 'z', id: 't' },
      ],
      map,
    );
    const generations = events.flatMap(({ value }) =>
      value === undefined ? [] : [(value as { generation: number }).generation],
    );
    expect(generations).toEqual([1, 2, 1, 1]);
  });

  it('keeps identifiers and nanoseconds past 2^53 exact', async () => {
    const map = 'time: { field: at, unit: ns }\nsession: user\nstory: id\nprogress: pct';
    const text = [2, 3]
      .map((n) => `{"at":171723600012345678${n},"user":900719925474099${n},"id":"s","pct":1}`)
      .join('\n');
    const { events } = await imported(text, map);
    expect(events.map(({ time, session }) => [time, session])).toEqual([
      [0, '9007199254740992'],
      [0, '9007199254740992'],
      [1, '9007199254740993'],
      [1, '9007199254740993'],
    ]);
  });

  it('keeps the fields in carry, which do not overwrite fields of the event', async () => {
    const { events } = await log(
      [{ region: 'eu', db: { host: 'r1' }, time: 5, gone: null }],
      'carry: [region, db.host, time, gone]',
    );
    expect(events[1]).toMatchObject({ region: 'eu', db_host: 'r1', log_time: 5, time: 0 });
    expect(events[1]).not.toHaveProperty('gone');
  });
});

describe('lines that are not events', () => {
  const map = 'where: { event: [poll, push] }\notherwise: skip\n';
  it('are counted by reason, with the first of each', async () => {
    const { events, lines, skipped } = await log(
      [
        { event: 'poll' },
        { event: 'boot' },
        {},
        { event: 'push', pct: 101 },
        { event: 'poll', pct: 'x' },
        'oops',
        '[1]',
        { event: 'poll', user: null },
      ],
      map,
    );
    expect(events).toHaveLength(2);
    expect(lines).toBe(8);
    expect(skipped).toEqual([
      { reason: 'event is not poll or push', count: 2, line: 2 },
      { reason: 'progress is not a number from 0 to 100 (field pct)', count: 2, line: 4 },
      { reason: 'not valid JSON', count: 1, line: 6 },
      { reason: 'not a JSON object', count: 1, line: 7 },
      { reason: 'session is missing (field user)', count: 1, line: 8 },
    ]);
  });

  it('are refused with file and line, unless the mapping skips or excludes them', async () => {
    const refusals: [fields: object | string, message: string, map?: string][] = [
      ['{"at":', 'log.ndjson:2: not valid JSON'],
      ['3', 'log.ndjson:2: not a JSON object: 3'],
      [{ at: null }, 'log.ndjson:2: time is missing (field at)'],
      [{ at: 'noon' }, 'log.ndjson:2: time is not a number of ms (field at): "noon"'],
      [{ id: undefined }, 'log.ndjson:2: story is missing (field id)'],
      [{ user: 1.5 }, 'log.ndjson:2: session is not a string or an integer (field user): 1.5'],
      [{ pct: -1 }, 'log.ndjson:2: progress is not a number from 0 to 100 (field pct): -1'],
      [{ pct: '' }, 'log.ndjson:2: progress is not a number'],
      [{ pct: true }, 'log.ndjson:2: progress is not a number'],
      [{ g: 0 }, 'log.ndjson:2: generation is not an integer from 1 (field g): 0', 'generation: g'],
      [{}, 'log.ndjson:2: generation is missing (field g)', 'generation: g'],
      [
        { code: 404 },
        'log.ndjson:2: code is not an outcome that the mapping names: 404',
        'outcome: { field: code, ok: 200 }',
      ],
      [
        {},
        'log.ndjson:2: kind is not an operation that the mapping names: missing',
        'operation: { field: kind, read: poll }',
      ],
      [{ ms: 'x' }, 'log.ndjson:2: took is not a number of ms (field ms): "x"', 'took: { field: ms, unit: ms }'],
      [{ b: 1001 }, 'log.ndjson:2: the request began after it ended', 'began: { field: b, unit: ms }'],
    ];
    const good = { g: 1, code: 200, kind: 'poll', ms: 1, b: 1 };
    for (const [fields, message, map] of refusals) {
      await expect(log([good, fields], map)).rejects.toThrow(
        expect.objectContaining({ code: 'log-invalid', exitCode: 64, message: expect.stringContaining(message) }),
      );
    }
    expect((await log([{ event: 'poll' }, { event: 'boot' }], 'where: { event: poll }')).skipped).toHaveLength(1);
  });

  it('may not be the whole log: a log without an event gets no verdict', async () => {
    await expect(log([{ event: 'boot' }], map)).rejects.toThrow(
      'log.ndjson:1: none of the 1 lines is an event (1: event is not poll or push, first at line 1)',
    );
    await expect(log([])).rejects.toThrow('log.ndjson:1: none of the 0 lines is an event');
  });

  it('times that are too far apart for a history are refused', async () => {
    await expect(log([{ at: 0 }, { at: 1_717_236_000_123 }])).rejects.toThrow(
      'log.ndjson:2: its time is more than 104 days after the first',
    );
  });
});

it('every log that is accepted becomes a valid history', async () => {
  const entry = fc.record({
    at: fc.nat(5),
    ms: fc.nat(5),
    user: fc.constantFrom('a', 'a/read', 1, '1'),
    id: fc.constantFrom('s', 't'),
    pct: fc.constantFrom(0, 50, 100),
    kind: fc.constantFrom('read', 'write', 'start', 'show', 'commit', 'fault'),
    code: fc.constantFrom('ok', 'fail', 'info'),
  });
  const kinds =
    'operation: { field: kind, read: read, write: write, start: start, show: show, commit: commit, fault: fault }';
  const outcomes = 'outcome: { field: code, ok: ok, fail: fail, info: info }';
  const maps = [`${kinds}\n${outcomes}`, `${kinds}\n${outcomes}\ntook: { field: ms, unit: ms }`, ''];
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(...maps),
      async (entries, map) => {
        const { events } = await log(
          entries.map((fields) => ({ ...fields, at: fields.at + 10 })),
          map,
        );
        const text = events.map(formatEvent).join('\n');
        expect(parseHistory(text, 'h').events).toEqual(JSON.parse(JSON.stringify(events)));
      },
    ),
    { numRuns: 300 },
  );
});
