/** Warns of functions whose races a single connection hides. */
import type { EngineConnection } from './engine-connection.ts';

const FUNCTIONS = `select proname, prosrc from pg_proc join pg_language on pg_language.oid = prolang
where pronamespace = 'public'::regnamespace and lanname = 'plpgsql' and prorettype <> 'trigger'::regtype order by proname`;

const WRITES_AFTER_SELECT = /\bselect\b.*\b(?:update|insert\s+into|delete\s+from)\b/is;
const LOCKS = /\bfor\s+(?:no\s+key\s+)?update\b/i;
const COMMENTS = /--[^\n]*|\/\*.*?\*\//gs;

/** A sentence for each function in PL/pgSQL that selects and then writes without a lock. It reads the text alone. */
export function hiddenRaces(connection: EngineConnection): string[] {
  return connection.rows(FUNCTIONS).flatMap(([name, source]) => {
    const text = (source ?? '').replaceAll(COMMENTS, '');
    if (LOCKS.test(text) || !WRITES_AFTER_SELECT.test(text)) return [];
    return [
      `the function ${name} selects and then writes without "for update": a simulation runs it as one step, so run it on embedded too`,
    ];
  });
}
