/** Row-level security: which rows the policies of a table allow to the sender of a request. */
import type { PolicyAction, Row } from '../../port/model.ts';
import type { Call } from './call.ts';
import type { FilteredTable } from './filters.ts';
import { databaseError, RestError } from './rest-error.ts';

/** Whether a row is allowed; a constant if that does not depend on the row. */
export type AllowedRows = boolean | ((row: Row) => boolean);

export function allowedRows({ role, claims }: Call, { model }: FilteredTable, action: PolicyAction): AllowedRows {
  const { policies } = model;
  if (role === 'service_role' || policies === undefined) return true;
  if (isList(policies)) return policies.includes(action);
  const policy = policies[action];
  return policy === undefined ? false : (row) => policy(row, claims);
}

/** Rows that match and are allowed. */
export function both(matches: (row: Row) => boolean, allowed: AllowedRows): (row: Row) => boolean {
  if (typeof allowed === 'boolean') return allowed ? matches : () => false;
  return (row) => matches(row) && allowed(row);
}

/** @throws RestError if a row that is stored, or returned to the sender, is not allowed */
export function requireAllowed(call: Call, table: FilteredTable, action: PolicyAction, rows: readonly Row[]): void {
  const allowed = allowedRows(call, table, action);
  const isStored = typeof allowed === 'boolean' ? allowed || rows.length === 0 : rows.every(allowed);
  const visible = call.prefer.returns === 'representation' ? allowedRows(call, table, 'select') : true;
  const isReturned = typeof visible === 'boolean' || rows.every(visible);
  if (!isStored || !isReturned) throw violation(call, table);
}

export function violation({ role }: Call, { name }: FilteredTable): RestError {
  const { body, message } = databaseError('42501', `new row violates row-level security policy for table "${name}"`);
  return new RestError(role === 'anon' ? 401 : 403, body.code, message);
}

function isList(policies: readonly PolicyAction[] | object): policies is readonly PolicyAction[] {
  return Array.isArray(policies);
}
