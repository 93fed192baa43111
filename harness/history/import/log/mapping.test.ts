import { describe, expect, it } from 'vitest';
import { mappingOf } from './log-history.test-support.ts';
import { completeMapping } from './complete-mapping.ts';
import { jsonLog } from './formats/json-log.ts';
import { parseMapping } from './mapping.ts';

const least = 'time: at\nsession: user\nstory: id\nprogress: pct\n';

describe('a mapping', () => {
  it('requires only four fields', () => {
    expect(mappingOf(least)).toEqual({
      time: { field: 'at', unit: 'iso' },
      session: 'user',
      story: 'id',
      progress: { field: 'pct', max: 100 },
    });
  });

  it('may assign all fields of a log', () => {
    const all = [
      'time: { field: ts, unit: ns }',
      'took: { field: ms, unit: ms }',
      'session: a.b',
      'story: c',
      'progress: { field: part, max: 1 }',
      'generation: { field: job, counted: first-seen }',
      'status: d',
      'where: { event: [a, 1], path: x }',
      'operation: { field: kind, read: poll, write: [update, patch] }',
      'outcome: { field: code, ok: 200, fail: [500, 503] }',
      'carry: [region, db.host, time]',
      'otherwise: skip',
      'properties: [monotonic-view]',
    ];
    expect(mappingOf(all.join('\n'))).toMatchObject({
      time: { field: 'ts', unit: 'ns' },
      where: { event: ['a', 1], path: ['x'] },
      operation: { field: 'kind', read: ['poll'], write: ['update', 'patch'] },
      outcome: { field: 'code', ok: [200], fail: [500, 503] },
      carry: { region: 'region', db_host: 'db.host', log_time: 'time' },
      otherwise: 'skip',
    });
  });

  it('may rename the fields that it keeps', () => {
    expect(mappingOf(`${least}carry: { served_by: db.host }`).carry).toEqual({ served_by: 'db.host' });
  });
});

describe('a bad mapping is refused with file and line', () => {
  const cases: [what: string, text: string, message: string][] = [
    ['text that is not YAML', `${least}where: {a: [1}\n`, 'map.yaml:5: not YAML: '],
    ['a field twice', `${least}time: b\n`, 'map.yaml:5: not YAML: Map keys must be unique'],
    ['an alias of nothing', `${least}status: *x\n`, 'map.yaml:1: not YAML: Unresolved alias'],
    ['nothing', '', 'map.yaml:1: a mapping must be a map of fields'],
    ['a list', '- time', 'map.yaml:1: a mapping must be a map of fields'],
    ['an unknown field', `${least}\nsesion: x\n`, 'map.yaml:6: unknown field sesion'],
    [
      'an unknown field within another',
      `${least}outcome:\n  field: code\n  good: 200\n`,
      'map.yaml:7: unknown field outcome.good',
    ],
    ['a missing field', 'time: at\nsession: user\nprogress: pct\n', 'map.yaml:1: the field story is missing'],
    ['a missing time', 'session: user\nstory: id\nprogress: pct\n', 'map.yaml:1: the field time is missing'],
    [
      'a missing field within another',
      `${least}operation:\n  read: poll\n`,
      'map.yaml:5: the field operation.field is missing',
    ],
    [
      'an unknown unit',
      `session: user\nstory: id\nprogress: pct\ntime:\n  field: ts\n  unit: min\n`,
      'map.yaml:6: time.unit: ',
    ],
    ['a path that is not a string', `session: 3\ntime: at\nstory: id\nprogress: pct\n`, 'map.yaml:1: session: '],
    ['an unknown way with other lines', `${least}otherwise: ignore\n`, 'map.yaml:5: otherwise: '],
    [
      'both began and took',
      `${least}began: b\ntook: { field: ms, unit: ms }\n`,
      'map.yaml:6: began and took are alternatives',
    ],
  ];

  it.each(cases)('%s', (_, text, message) => {
    expect(() => completeMapping(parseMapping(text, 'map.yaml'), jsonLog)).toThrow(
      expect.objectContaining({ code: 'mapping-invalid', exitCode: 64, message: expect.stringContaining(message) }),
    );
  });
});
