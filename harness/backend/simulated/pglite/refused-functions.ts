/** Functions of PostgreSQL that would block a simulated run: a call ends it with an error that names the function. */

/** The code of the message with which a refused function names itself. */
export const REFUSED = 'RTSIM';

/**
 * PostgreSQL finds its own functions by their numbers, so that one can be replaced only under another number. Migrations
 * do not wait.
 */
export const REPLACEABLE_FUNCTIONS = `
alter function pg_catalog.pg_sleep(double precision) rename to pg_sleep_of_the_system;
${functionSql('create', 'pg_sleep(double precision)', 'return;')}
${functionSql('create or replace', 'pg_sleep_for(interval)', 'perform pg_catalog.pg_sleep(0);')}
${functionSql('create or replace', 'pg_sleep_until(timestamptz)', 'perform pg_catalog.pg_sleep(0);')}`;

/** Time stands still while the engine works, so that a sleep would never be over. A handler of errors cannot hide the message. */
export const REFUSALS = functionSql(
  'create or replace',
  'pg_sleep(double precision)',
  `raise info 'the function pg_sleep' using errcode = '${REFUSED}';
  raise exception 'pg_sleep is not supported in a simulation' using errcode = '0A000';`,
);

function functionSql(create: string, signature: string, body: string): string {
  return `${create} function pg_catalog.${signature} returns void language plpgsql volatile as $function$ begin ${body} end $function$;`;
}
