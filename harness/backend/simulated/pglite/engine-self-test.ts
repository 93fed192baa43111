/** Checks at the start that the internals of PGlite on which a simulation relies are as expected. */
import { EnvironmentError } from '../../../errors.ts';
import { captureTrigger, type CapturedChange, type CommitCapture } from './commit-capture.ts';
import type { EngineConnection } from './engine-connection.ts';
import type { Engine } from './pglite-engine.ts';
import { EngineTransaction } from './engine-transaction.ts';
import { OWNER } from './session-settings.ts';
import { oidOf } from './published-tables.ts';
import { currentPosition } from './time-travel.ts';

/** Creates a table, and removes it. @throws EnvironmentError if the changes of its rows are not captured */
export function testCapture(connection: EngineConnection, capture: CommitCapture): void {
  const table = 'public._ratchet_probe';
  connection.query(`create table ${table} (id integer, word text)`);
  connection.query(captureTrigger(table));
  const oid = oidOf(connection, table);
  capture.watch({ oid, columns: ['id', 'word'], oldColumns: ['id'] });
  connection.query(
    `begin; insert into ${table} values (1, 'kept'); savepoint lost; insert into ${table} values (2, 'lost')`,
  );
  connection.query(`delete from ${table} where id = 1; rollback to lost; update ${table} set id = 3, word = null`);
  connection.query(`delete from ${table}; commit; drop table ${table}`);
  const captured = JSON.stringify(capture.committed());
  const expected: CapturedChange[] = [
    { oid, type: 'INSERT', row: { id: '1', word: 'kept' }, old: undefined },
    { oid, type: 'UPDATE', row: { id: '3', word: null }, old: { id: '1' } },
    { oid, type: 'DELETE', row: undefined, old: { id: '3' } },
  ];
  require(captured === JSON.stringify(expected), `capturing commits: it captured ${captured}`);
}

const NOON_MS = Date.UTC(2001, 1, 3, 12);
const PROBE = `select clock_timestamp() at time zone 'UTC', gen_random_uuid(), random()`;

/** Needs a kept state, and returns to it. @throws EnvironmentError naming what is not as expected */
export function testEngine(engine: Engine): void {
  const { connection } = engine;
  const first = observe(engine);
  const second = observe(engine);
  require(first.probe?.[0] === '2001-02-03 12:00:00.000125', `the clock: it answered ${first.probe?.[0]}`);
  require(first.probe?.[1] === second.probe?.[1], 'the random bytes of the database');
  require(first.probe?.[2] === second.probe?.[2], 'the random numbers of the database');
  require(first.past === '1,10' && second.past === '1,10', `reading the past: it answered ${first.past}`);
  require(first.position === second.position, 'the position after a reset');
  engine.reset(
    () => NOON_MS,
    () => 0,
  );
  const left = connection.rows(`select to_regclass('public._ratchet_probe')`)[0]?.[0];
  require(left === null, 'the reset: a table of an earlier run is left');
}

function observe(engine: Engine): { probe: (string | null)[] | undefined; past: string | undefined; position: number } {
  const { connection } = engine;
  engine.reset(
    () => NOON_MS + 0.125,
    () => 0.25,
  );
  const probe = connection.rows(PROBE)[0];
  connection.query('create table public._ratchet_probe (id integer primary key, value integer)');
  connection.query('insert into public._ratchet_probe values (1, 10)');
  const position = currentPosition(engine);
  for (let value = 11; value < 15; value += 1) connection.query(`update public._ratchet_probe set value = ${value}`);
  connection.query('insert into public._ratchet_probe values (2, 20)');
  const transaction = new EngineTransaction(engine, { settings: OWNER, isReadOnly: true, past: position });
  const [past] = transaction.run({ text: 'select id, value from public._ratchet_probe', values: [] });
  transaction.commit();
  return { probe, past: past?.rows.join(';'), position };
}

function require(holds: boolean, what: string): void {
  if (holds) return;
  throw new EnvironmentError(
    'simulated-engine',
    `the PostgreSQL of the simulation does not work as expected: ${what}`,
    'install the version of @electric-sql/pglite that Ratchet names, or run on the embedded backend',
  );
}
