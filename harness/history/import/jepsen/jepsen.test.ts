import { describe, expect, it } from 'vitest';
import { judge } from '../../../checker/compose.ts';
import { eventsOf } from '../../history.test-support.ts';
import { importJepsenEdn, importJepsenJson } from './jepsen.ts';

const edn = (...lines: string[]) => eventsOf(importJepsenEdn(lines.join('\n'), 'h.edn'));
const read = ':type :invoke, :f :read, :process 1';

describe('a history of Jepsen', () => {
  it('is read with its reads, writes and cas, its times, and its extra fields', () => {
    const events = edn(
      '{:index 0, :time 10, :process 0, :type :invoke, :f :write, :value 3}',
      '{:index 1, :time 20, :process 0, :type :ok, :f :write, :value 3, :node "n1"}',
      '{:index 2, :time 30, :process 1, :type :invoke, :f :cas, :value [3 4]}',
      '{:index 3, :time 40, :process 1, :type :info, :f :cas, :value [3 4], :error [:timeout "read"]}',
      '{:index 4, :time 50, :process 2, :type :invoke, :f :read, :value nil}',
      '{:index 5, :time 60, :process 2, :type :ok, :f :read, :value nil}',
    );
    expect(events).toEqual([
      { index: 0, time: 10, process: 0, type: 'invoke', f: 'write', key: 'register', value: 3 },
      { index: 1, time: 20, process: 0, type: 'ok', f: 'write', key: 'register', value: 3, node: 'n1' },
      { index: 2, time: 30, process: 1, type: 'invoke', f: 'cas', key: 'register', value: [3, 4] },
      {
        index: 3,
        time: 40,
        process: 1,
        type: 'info',
        f: 'cas',
        key: 'register',
        value: [3, 4],
        error: [':timeout', 'read'],
      },
      { index: 4, time: 50, process: 2, type: 'invoke', f: 'read', key: 'register' },
      { index: 5, time: 60, process: 2, type: 'ok', f: 'read', key: 'register', value: null },
    ]);
  });

  it('may be one vector, one list, or records with a tag', () => {
    const map = `{${read}}`;
    for (const text of [`[${map}]`, `(${map})`, `#jepsen.history.Op${map}`, `; Jepsen\n${map}\n`]) {
      expect(edn(text)).toEqual([{ index: 0, time: 0, process: 1, type: 'invoke', f: 'read', key: 'register' }]);
    }
  });

  it('keeps the operations of the nemesis as faults, whatever their names', () => {
    const events = edn(
      '{:type :info, :f :start, :process :nemesis, :time 5, :value {:partition #{"n1" "n2"}}}',
      '{:type :info, :f :read, :process :nemesis, :value nil}',
      '{:type :invoke, :f :tick, :process :clock}',
    );
    expect(events).toMatchObject([
      { process: 'nemesis', type: 'info', f: 'fault', fault: 'start', value: { partition: ['n1', 'n2'] } },
      { process: 'nemesis', type: 'info', f: 'fault', fault: 'read' },
      { process: 'clock', type: 'info', f: 'fault', fault: 'tick', jepsen_type: 'invoke' },
    ]);
  });

  it('replaces a time that goes back by the previous one, and keeps the order of the file', () => {
    expect(edn(`{${read} :time 9}`, '{:type :fail, :f :read, :process 1, :time 7}').map(({ time }) => time)).toEqual([
      9, 9,
    ]);
  });

  it('keeps the index of Jepsen if it differs', () => {
    expect(edn(`{${read} :index 4}`)).toMatchObject([{ index: 0, jepsen_index: 4 }]);
  });

  it('begins at the given initial value', () => {
    expect(importJepsenEdn('', 'h.edn', { initial: 0 }).header).toEqual({ history: 1, initial: 0 });
    expect(importJepsenEdn('', 'h.edn').header).toBeUndefined();
  });
});

describe('independent keys', () => {
  it('are recognised by values that are vectors, and apply to completions without a value', () => {
    const events = edn(
      '{:type :invoke, :f :cas, :process 0, :value [:x [1 2]]}',
      '{:type :invoke, :f :read, :process 1, :value [7 nil]}',
      '{:type :ok, :f :read, :process 1, :value [7 3]}',
      '{:type :fail, :f :cas, :process 0, :value nil}',
    );
    expect(events).toMatchObject([{ key: ':x', value: [1, 2] }, { key: 7 }, { key: 7, value: 3 }, { key: ':x' }]);
    expect(events[1]).not.toHaveProperty('value');
  });

  it('may be tagged as tuples or be records', () => {
    for (const tuple of ['#jepsen.independent/tuple [7 3]', '#jepsen.independent.Tuple{:key 7, :value 3}']) {
      expect(edn(`{:type :invoke, :f :write, :process 1, :value ${tuple}}`)).toMatchObject([{ key: 7, value: 3 }]);
    }
  });

  it('are not confused with the pairs of a cas', () => {
    expect(edn('{:type :invoke, :f :cas, :process 1, :value [1 2]}')).toMatchObject([
      { key: 'register', value: [1, 2] },
    ]);
  });
});

describe('the JSON of elle-cli', () => {
  const write = { type: 'invoke', f: 'write', process: 1, value: 3 };
  const nemesis = { type: 'info', f: 'start', process: 'nemesis', value: null };

  it('may be one array or one operation per line', () => {
    const texts = [
      JSON.stringify([write, nemesis]),
      JSON.stringify([write, nemesis], undefined, 2),
      `${JSON.stringify(write)}\n\n${JSON.stringify(nemesis)}\n`,
    ];
    for (const text of texts) {
      expect(eventsOf(importJepsenJson(text, 'h.json'))).toEqual([
        { index: 0, time: 0, process: 1, type: 'invoke', f: 'write', key: 'register', value: 3 },
        { index: 1, time: 0, process: 'nemesis', type: 'info', f: 'fault', fault: 'start' },
      ]);
    }
  });

  it('gives the same history as the EDN', () => {
    const json =
      '[{"type":"invoke","f":"write","process":0,"value":[1,"a"]},{"type":"info","f":"write","process":0,"value":[1,"a"],"error":"x"}]';
    const same =
      '[{:type :invoke, :f :write, :process 0, :value [1 "a"]} {:type :info, :f :write, :process 0, :value [1 "a"], :error "x"}]';
    expect(eventsOf(importJepsenJson(json, 'h.json'))).toEqual(eventsOf(importJepsenEdn(same, 'h.edn')));
  });
});

it('a history that Knossos finds invalid is violated', () => {
  const stale = [
    '[{:process 4, :type :invoke, :f :write, :value 2}',
    ' {:process 4, :type :ok, :f :write, :value 2}',
    ' {:process 1, :type :invoke, :f :write, :value 4}',
    ' {:process 1, :type :ok, :f :write, :value 4}',
    ' ; the value is 4',
    ' {:process 1, :type :invoke, :f :read, :value nil}',
    ' {:process 1, :type :ok, :f :read, :value 2}]',
  ].join('\n');
  const judgement = judge(importJepsenEdn(stale, 'h.edn'), ['read-your-writes', 'integrity']);
  expect(judgement.verdicts.map(({ valid }) => valid)).toEqual([false, true]);
});

describe('a bad history is refused with file and line', () => {
  const cases: [what: string, text: string, message: string][] = [
    ['text that is not EDN', `{${read}}\n{:type`, 'h.edn:2: the text ends before its }'],
    ['an operation that is not a map', `{${read}}\n[1]`, 'h.edn:2: an operation must be a map'],
    ['a field that stands there twice', '{:type :ok, :type :fail}', 'h.edn:1: the operation has :type twice'],
    [
      'an operation of no register',
      '{:type :invoke, :f :txn, :process 1, :value [[:r 1 nil]]}',
      'h.edn:1: a register has read, write and cas, not "txn"',
    ],
    [
      'a watch of a client, which is an operation of Jepsen',
      '{:type :invoke, :f :watch, :process 1}',
      'h.edn:1: a register has read, write and cas, not "watch"',
    ],
    ['an operation without :f', '{:type :invoke, :process 1}', 'h.edn:1: a register has read, write and cas, not null'],
    ['an operation without :process', '{:type :invoke, :f :read}', 'h.edn:1: process is missing'],
    ['an operation without :type', '{:f :read, :process 1}', 'h.edn:1: type is missing'],
    ['an unknown :type', '{:type :done, :f :read, :process 1}', 'h.edn:1: type "done" is not one of'],
    [
      'a completion without invocation',
      `{${read}}\n{:type :ok, :f :read, :process 2, :value 1}`,
      'h.edn:2: ok without an invoke',
    ],
    [
      'a process that goes on after :info',
      `{${read}}\n{:type :info, :f :read, :process 1}\n{${read}}`,
      'h.edn:3: process "1" is used again',
    ],
    [
      'a set where a register has a value',
      '{:type :invoke, :f :write, :process 1, :value #{1 2}}',
      'h.edn:1: a register holds scalars, not {"set":[1,2]}',
    ],
    [
      'a map where a register has a value',
      '{:type :invoke, :f :write, :process 1, :value {:a 1}}',
      'h.edn:1: a register holds scalars, not {"a":1}',
    ],
    [
      'a cas without its pair',
      '{:type :invoke, :f :cas, :process 1, :value 3}',
      'h.edn:1: the value of a cas must be [from, to]',
    ],
    [
      'values with and without key',
      '{:type :invoke, :f :write, :process 1, :value [7 3]}\n{:type :ok, :f :write, :process 1, :value 3}',
      'h.edn:2: value 3 is not [key value], but the value on line 1 is',
    ],
    [
      'an invocation without the key that others have',
      '{:type :invoke, :f :write, :process 1, :value [7 3]}\n{:type :invoke, :f :read, :process 2, :value nil}',
      'h.edn:2: value null is not [key value]',
    ],
    [
      'a list of values',
      '{:type :invoke, :f :write, :process 1, :value [1 2 3]}',
      'h.edn:1: value [1,2,3] is not [key value]',
    ],
    [
      'a key that is not a name',
      '{:type :invoke, :f :write, :process 1, :value [[1] 3]}',
      'h.edn:1: key must be a string or an integer',
    ],
    [
      'an index that goes back',
      `{${read} :index 3}\n{:type :ok :f :read :process 1 :index 3}`,
      'h.edn:2: index goes back from 3 to 3',
    ],
    ['a time that is not a number', `{${read} :time "now"}`, 'h.edn:1: time must be nanoseconds, not "now"'],
  ];

  it.each(cases)('%s', (_, text, message) => {
    expect(() => importJepsenEdn(text, 'h.edn')).toThrow(
      expect.objectContaining({ code: 'history-invalid', exitCode: 64, message: expect.stringContaining(message) }),
    );
  });

  const json: [what: string, text: string, message: string][] = [
    [
      'an array that does not end',
      '[{"type":"invoke","f":"read","process":1}',
      'h.json:1: the text ends before the ] of its array',
    ],
    [
      'an object that does not end',
      '{"type":"invoke","f":"read","process":1}\n{"type":',
      'h.json:2: not valid JSON: the object has no end',
    ],
    [
      'an object that is not JSON',
      '[{"type":"invoke","f":"read","process":1},\n{type: 1}]',
      'h.json:2: not valid JSON',
    ],
    [
      'a missing comma',
      '[{"type":"invoke","f":"read","process":1}\n{}]',
      'h.json:2: not valid JSON: a comma is missing',
    ],
    [
      'a comma at the end',
      '[{"type":"invoke","f":"read","process":1},\n]',
      'h.json:2: an operation must be a JSON object',
    ],
    ['something after the array', '[]\n{}', 'h.json:2: unexpected text after the end of the history'],
    ['no objects', '3', 'h.json:1: an operation must be a JSON object'],
    [
      'an integer that JSON has rounded',
      '{"type":"invoke","f":"write","process":1,"value":9007199254740993}',
      'h.json:1: value 9007199254740992 is past 2^53',
    ],
  ];

  it.each(json)('in JSON, %s', (_, text, message) => {
    expect(() => importJepsenJson(text, 'h.json')).toThrow(
      expect.objectContaining({ code: 'history-invalid', message: expect.stringContaining(message) }),
    );
  });
});
