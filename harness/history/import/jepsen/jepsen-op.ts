/** Reads operation maps of Jepsen from EDN or JSON, with their lines. */
import { EdnMap, EdnSet, Tagged, fieldsOf, plainOf } from './edn-value.ts';
import type { Edn, Plain } from './edn-value.ts';
import { readForms } from './edn.ts';
import { readObjects } from '../json-objects.ts';
import { SyntaxProblem } from '../problem.ts';

export interface JepsenOp {
  fields: ReadonlyMap<string, Plain>;
  line: number;
}

/** @throws SyntaxProblem */
export function* readEdnOps(pieces: readonly string[]): Generator<JepsenOp> {
  for (const { value, line } of readForms(pieces)) {
    // Records are printed as tagged maps: #jepsen.history.Op{:index 0, …}.
    const map = value instanceof Tagged ? value.value : value;
    if (!(map instanceof EdnMap)) throw new SyntaxProblem(line, 'an operation must be a map');
    yield { fields: plainFields(map, line), line };
  }
}

/** @throws SyntaxProblem */
export function* readJsonOps(pieces: readonly string[]): Generator<JepsenOp> {
  for (const { value, line } of readObjects(pieces)) yield { fields: new Map(Object.entries(value)), line };
}

function plainFields(map: EdnMap, line: number): Map<string, Plain> {
  const fields = new Map<string, Plain>();
  for (const [name, value] of fieldsOf(map)) {
    if (fields.has(name)) throw new SyntaxProblem(line, `the operation has :${name} twice`);
    fields.set(name, name === 'value' ? plainValue(value) : plainOf(value));
  }
  return fields;
}

/** A tuple of jepsen.independent may be printed as a record, and a set of two items must not be read as a pair. */
function plainValue(value: Edn): Plain {
  if (value instanceof EdnSet) return { set: value.items.map(plainOf) };
  if (!(value instanceof Tagged) || !(value.value instanceof EdnMap)) return plainOf(value);
  const { key, value: inner, val = inner } = plainOf(value.value) as Record<string, Plain>;
  return key === undefined ? plainOf(value) : [key, val ?? null];
}
