/** PostgreSQL's functions about the WAL, with the positions of the simulation: the engine has one WAL, and no replica. */
import type { Lsn } from '../../../history/lsn.ts';
import type { Settings } from './session-settings.ts';

/** `<database> <LSN>` of the database that a transaction reads. Empty while migrations are applied. */
const SETTING = 'ratchet.wal';

/** Whether a text in SQL names one of these functions. */
export const READS_WAL = /\bpg_(?:is_in_recovery|last_wal_replay_lsn|current_wal_(?:insert_|flush_)?lsn)\b/i;

/** What a transaction must set, if the database reads its position. */
export function walSettings(lsn: Lsn, isReplica: boolean): Settings {
  return { [SETTING]: `${isReplica ? 'replica' : 'primary'} ${lsn}` };
}

const VALUE = `current_setting('${SETTING}', true)`;
const IS_REPLICA = `coalesce(${VALUE} like 'replica %', false)`;
const LSN = `split_part(${VALUE}, ' ', 2)::pg_lsn`;

/** See `REPLACEABLE_FUNCTIONS`. In a simulation everything that is committed is flushed. */
export const WAL_FUNCTIONS = [
  replaced('pg_is_in_recovery', 'boolean', `return ${IS_REPLICA};`),
  replaced('pg_last_wal_replay_lsn', 'pg_lsn', `return case when ${IS_REPLICA} then ${LSN} end;`),
  ...['pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn'].map((name) =>
    replaced(
      name,
      'pg_lsn',
      `if ${IS_REPLICA} then
        raise exception 'recovery is in progress'
          using errcode = '55000', hint = 'WAL control functions cannot be executed during recovery.';
      end if;
      return coalesce(${LSN}, '0/0');`,
    ),
  ),
].join('\n');

function replaced(name: string, type: string, body: string): string {
  return `alter function pg_catalog.${name}() rename to ${name}_of_the_system;
create function pg_catalog.${name}() returns ${type} language plpgsql volatile as $function$ begin ${body} end $function$;`;
}
