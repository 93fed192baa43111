import { itemAt } from '../../../required.ts';
/** The values of EDN, their conversion to JSON, and the printing of JSON as EDN. */

export type Edn =
  | null
  | boolean
  | number
  | bigint
  | string
  | Keyword
  | EdnSymbol
  | readonly Edn[]
  | EdnSet
  | EdnMap
  | Tagged;

/** `:timeout`; the name is without the colon, and with its namespace. */
export class Keyword {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A symbol or a ratio, which JSON can represent only as text. */
export class EdnSymbol {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class EdnSet {
  readonly items: readonly Edn[];
  constructor(items: readonly Edn[]) {
    this.items = items;
  }
}

export class EdnMap {
  /** Alternating keys and values, in the order of the text. */
  readonly flat: readonly Edn[];
  constructor(flat: readonly Edn[]) {
    this.flat = flat;
  }
}

export class Tagged {
  readonly tag: string;
  readonly value: Edn;
  constructor(tag: string, value: Edn) {
    this.tag = tag;
    this.value = value;
  }
}

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [field: string]: Plain };

/**
 * Converts to JSON. A keyword becomes its text with the colon, as a field name without it. A value that JSON cannot
 * represent (a ratio, a symbol, an integer past 2^53) becomes its text, so that different values stay different. A tag
 * is dropped.
 */
export function plainOf(value: Edn): Plain {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Keyword) return `:${value.name}`;
  if (value instanceof EdnSymbol) return value.name;
  if (value instanceof EdnSet) return value.items.map(plainOf);
  if (value instanceof Tagged) return plainOf(value.value);
  if (value instanceof EdnMap) return Object.fromEntries(fieldsOf(value).map(([name, item]) => [name, plainOf(item)]));
  return value.map(plainOf);
}

/** The fields of a map by name: `:error`, `"error"` and `error` all have the name error. */
export function fieldsOf(map: EdnMap): [name: string, value: Edn][] {
  const fields: [string, Edn][] = [];
  for (let at = 0; at < map.flat.length; at += 2) {
    fields.push([nameOf(itemAt(map.flat, at)), itemAt(map.flat, at + 1)]);
  }
  return fields;
}

function nameOf(key: Edn): string {
  if (key instanceof Keyword) return key.name;
  const plain = plainOf(key);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

const keywordName = /^[A-Za-z_*!?$%&=<>][\w*!?$%&=<>+.#-]*$/;

/** A keyword, or a string if the name is not a valid keyword. */
export function printKeyword(name: string): string {
  return keywordName.test(name) ? `:${name}` : JSON.stringify(name);
}

/** JSON as EDN, on one line. Strings stay strings. */
export function printPlain(value: Plain): string {
  if (value === null) return 'nil';
  // EDN supports all escapes of JSON.
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return printNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (isArray(value)) return `[${value.map(printPlain).join(' ')}]`;
  const fields = Object.entries(value).map(([name, item]) => `${printKeyword(name)} ${printPlain(item)}`);
  return `{${fields.join(', ')}}`;
}

/** A float past 2^53 must not be read back as an integer, which would become a string. */
function printNumber(value: number): string {
  const text = JSON.stringify(value);
  return Number.isSafeInteger(value) || /[.e]/.test(text) ? text : `${text}.0`;
}

function isArray(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
