/** Checks at run time the values that a user's modules export. */
import { UsageError } from '../errors.ts';
import { NAME, NAME_RULE } from '../plan/name.ts';
import { suggestionOf } from '../suggestion.ts';

/** The type of a field. */
export interface Field {
  /** Text that follows "it" or the name of the field: `must be a function`. */
  rule: string;
  holds(value: unknown): boolean;
}

export interface Definition {
  /** The name of the value in messages, and of its named export: `config`. */
  name: string;
  /**
   * Path → type, e.g. `tracked.table`, a parent before its parts; checked in this order. A path that ends in `?` is
   * optional.
   */
  fields: Readonly<Record<string, Field>>;
  /** Whether fields with other names are rejected. */
  isClosed?: boolean;
  /** The fields whose own fields must not have other names. */
  closedParts?: readonly string[];
  /** The code of the error, if the name is not that of an export. */
  code?: string;
  /** What to do if the value is invalid. */
  hint: string;
}

/** @throws UsageError `<name>-invalid` that names the first invalid field, in one line */
export function requireFields(value: unknown, definition: Definition): void {
  const problem = findProblem(value, definition);
  if (problem !== undefined)
    throw new UsageError(definition.code ?? `${definition.name}-invalid`, problem, definition.hint);
}

function findProblem(value: unknown, definition: Definition): string | undefined {
  const { name, fields } = definition;
  if (!isRecord(value)) return `${name} must be an object, not ${describe(value)}`;
  for (const [path, { rule, holds }] of Object.entries(fields)) {
    const keys = path.replace('?', '').split('.');
    const field = fieldAt(value, keys);
    if (field === undefined && path.endsWith('?')) continue;
    const label = [name, ...keys].join('.');
    if (field === undefined) return `${label} is missing: it ${rule}`;
    if (!holds(field)) return `${label} ${rule}, not ${describe(field)}`;
  }
  return findUnknown(value, definition);
}

function findUnknown(
  value: unknown,
  { name, fields, isClosed = false, closedParts = [] }: Definition,
): string | undefined {
  const paths = Object.keys(fields).map((path) => path.replace('?', ''));
  for (const part of [...(isClosed ? [''] : []), ...closedParts]) {
    const prefix = part === '' ? '' : `${part}.`;
    const own = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    const known = own.filter((path) => !path.includes('.'));
    const inner = part === '' ? value : fieldAt(value, part.split('.'));
    const unknown = isRecord(inner) ? Object.keys(inner).find((key) => !known.includes(key)) : undefined;
    if (unknown !== undefined) {
      const label = part === '' ? name : `${name}.${part}`;
      return `${label} has no field "${unknown}"; ${suggestionOf(unknown, known)}`;
    }
  }
  return undefined;
}

function fieldAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => (isRecord(part) ? part[key] : undefined), value);
}

export const aName: Field = { rule: NAME_RULE, holds: (value) => typeof value === 'string' && NAME.test(value) };
export const aText: Field = {
  rule: 'must be a non-empty string',
  holds: (value) => typeof value === 'string' && value !== '',
};
export const aNumber: Field = { rule: 'must be a number', holds: (value) => typeof value === 'number' };
export const aFlag: Field = { rule: 'must be true or false', holds: (value) => typeof value === 'boolean' };
export const aFunction: Field = { rule: 'must be a function', holds: (value) => typeof value === 'function' };
export const anObject: Field = { rule: 'must be an object', holds: isRecord };

/** @param what the items, in the plural: `folders` */
export function aListOf(what: string): Field {
  return {
    rule: `must be a list of ${what}`,
    holds: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  };
}

/** @param rule what follows "must be": `a path or a function` */
export function aValueThat(rule: string, holds: (value: unknown) => boolean): Field {
  return { rule: `must be ${rule}`, holds };
}

export function aFunctionOr(...values: readonly string[]): Field {
  const words = values.map((value) => JSON.stringify(value));
  return {
    rule: `must be ${words.join(', ')} or a function`,
    holds: (value) => typeof value === 'function' || values.includes(value as string),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LENGTH_SHOWN ? `${text.slice(0, LENGTH_SHOWN)}…` : text;
}

const LENGTH_SHOWN = 60;
