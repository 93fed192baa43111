/** The SQL of docs/sql gives the verdicts of the checkers, in DuckDB over the exported file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../checker/compose.ts';
import type { PropertyName } from '../../checker/properties.ts';
import { asColumns } from '../columns-builder.ts';
import type { History } from '../event.ts';
import { commit, historyOf, invoke, ok, progress, read, show, write } from '../history.test-support.ts';
import { historyArbitrary } from '../random-history.test-support.ts';
import { exportParquet } from './parquet-export.ts';

const query = readFileSync(new URL('../../../docs/sql/session-guarantees.sql', import.meta.url), 'utf8');
const names: PropertyName[] = [
  'monotonic-view',
  'monotonic-reads',
  'read-your-writes',
  'monotonic-commits',
  'writes-follow-reads',
];
const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
let files = 0;
let database: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  database = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await database.connect();
});

afterAll(() => {
  connection.closeSync();
  database.closeSync();
  rmSync(folder, { recursive: true });
});

/** By property: how many values were judged, and the verdict. */
async function verdictsOfSql(history: History): Promise<unknown> {
  // A file of its own: the database keeps parts of the files that it has read.
  const file = join(folder, `${(files += 1)}.parquet`);
  writeFileSync(file, exportParquet(asColumns(history)));
  await connection.run(`create or replace view history as select * from '${file}'`);
  const rows = (await connection.runAndReadAll(query)).getRowObjectsJS();
  return Object.fromEntries(
    rows.map(({ property, judged, older }) => [property, judged === 0n ? 'unknown' : [judged, older === 0n]]),
  );
}

function verdictsOfCheckers(history: History): unknown {
  const { verdicts } = judge(history, names);
  return Object.fromEntries(
    verdicts.map(({ property, judged, valid }) => [property, valid === 'unknown' ? valid : [BigInt(judged), valid]]),
  );
}

test('an empty history has no verdict', async () => {
  expect(await verdictsOfSql(historyOf([]))).toEqual(Object.fromEntries(names.map((name) => [name, 'unknown'])));
});

test('each property is violated where its checker finds a violation', async () => {
  const there = { key: 'there' };
  const histories = [
    historyOf([show('tab-1', progress(85)), show('tab-1', progress(10))]),
    historyOf([read('tab-1', progress(85)), read('tab-1', progress(10))]),
    historyOf([write('tab-1', progress(85)), read('tab-1', progress(10))]),
    historyOf([commit(progress([2, 5])), commit(progress(85))]),
    historyOf([
      read('tab-1', progress(40)),
      write('tab-1', progress(5), there),
      commit(progress(5), there),
      commit(progress(40)),
    ]),
    historyOf([invoke('tab-1', 'start'), ok('tab-1', 'start', progress([2, 0])), read('tab-1', progress(40))]),
    ...['completed', 'failed'].flatMap((status) => {
      const [end, reopened] = [progress(100, status), progress(100, 'generating')];
      return [
        historyOf([show('tab-1', end), show('tab-1', reopened)]),
        historyOf([read('tab-1', end), show('tab-1', end), read('tab-1', reopened)]),
        historyOf([write('tab-1', end), read('tab-1', reopened)]),
        historyOf([commit(end), commit(reopened)]),
      ];
    }),
  ];
  for (const history of histories) {
    expect(Object.values(verdictsOfCheckers(history) as object).flat()).toContain(false);
    expect(await verdictsOfSql(history)).toEqual(verdictsOfCheckers(history));
  }
});

test('the verdicts are those of the checkers on random histories', async () => {
  const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('ending'), historyArbitrary('register'));
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      // A violation counts as judged for the checkers, whatever the history lacks.
      expect(await verdictsOfSql(history)).toEqual(verdictsOfCheckers(history));
    }),
    { numRuns: Math.min(fc.readConfigureGlobal().numRuns ?? 150, 150) },
  );
}, 60_000);
