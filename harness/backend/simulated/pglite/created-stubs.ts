/** Tells which stub extensions the migrations have created. */
import { CREATED_STUBS, HAS_VAULT, notesOf } from '../../postgres/stub-notes.ts';
import type { EngineConnection } from './engine-connection.ts';

export function createdStubs(connection: EngineConnection): string[] {
  if (connection.rows(HAS_VAULT).length === 0) return [];
  return notesOf(connection.rows(CREATED_STUBS).map(([name]) => name ?? ''));
}
