/**
 * A reader of EDN, the notation in which Jepsen writes its histories (https://github.com/edn-format/edn), with
 * additions that Clojure prints: ratios, `0x1F` and `##Inf`. Every problem has its line.
 */

import { EdnMap, EdnSet, EdnSymbol, Keyword, Tagged } from './edn-value.ts';
import type { Edn } from './edn-value.ts';
import { ENTRY_LENGTH_MAX } from '../input-text.ts';
import { SyntaxProblem } from '../problem.ts';

/** A form and the line on which it begins. */
export interface Form {
  value: Edn;
  line: number;
}

/**
 * The forms of a text, which may be given in pieces, one after another; for a text that is a single vector or list, its
 * items.
 * @throws SyntaxProblem
 */
export function* readForms(pieces: readonly string[]): Generator<Form> {
  const reader = new Reader();
  let taken = 0;
  const take = (from: number): boolean => {
    const piece = pieces[taken];
    if (piece === undefined || !reader.extend(from, piece)) return false;
    taken += 1;
    return true;
  };
  /** Reads again with the next piece what ends at the end of the text, because it may go on. */
  const next = (closer: string | undefined): Form | undefined => {
    for (;;) {
      const from = reader.at;
      try {
        const form = reader.nextForm(closer);
        if (!reader.isAtEnd || !take(from)) return form;
      } catch (error) {
        if (!(error instanceof SyntaxProblem) || !take(from)) throw error;
      }
    }
  };
  let closer = reader.enterCollection();
  while (closer === undefined && reader.isAtEnd && take(reader.at)) closer = reader.enterCollection();
  for (let form = next(closer); form !== undefined; form = next(closer)) yield form;
  if (closer !== undefined && next(undefined) !== undefined) {
    throw new SyntaxProblem(reader.line, 'unexpected text after the end of the history');
  }
}

/** Deeper than any history, and low enough for the stack. */
const depthMax = 500;
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const delimiter = /[\s,()[\]{}"]/;
const token = /[^\s,()[\]{}";]*/y;
const blank = /(?:[\s,]+|;[^\n]*)*/y;
const integer = /^([+-]?(?:0|[1-9]\d*))N?$/;
const float = /^[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?M?$/;
const hexadecimal = /^[+-]?0[xX][0-9a-fA-F]+N?$/;
const ratio = /^[+-]?\d+\/\d+$/;
const names: ReadonlyMap<string, Edn> = new Map<string, Edn>([
  ['nil', null],
  ['true', true],
  ['false', false],
]);
const infinities: Readonly<Record<string, string>> = { Inf: 'Infinity', '-Inf': '-Infinity', NaN: 'NaN' };
const characters: Readonly<Record<string, string>> = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  backspace: '\b',
  formfeed: '\f',
};
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
};

/** The absence of a value: a discarded form, or the end of a collection. */
const nothing = Symbol('nothing');

class Reader {
  #text = '';
  #at = 0;
  #lineAt = 0;
  #line = 1;
  /** The line with which the text begins. */
  #firstLine = 1;
  /** Whether the last read reached the end of the collection or text, rather than a discarded form. */
  #hasEnded = false;
  readonly #keywords = new Map<string, Keyword>();

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Goes back to a position, and appends a piece to the text from there; false if that would be too long for a form. */
  extend(from: number, piece: string): boolean {
    if (this.#text.length - from > ENTRY_LENGTH_MAX) return false;
    this.#firstLine = this.#lineOf(from);
    [this.#lineAt, this.#line] = [0, this.#firstLine];
    this.#text = this.#text.slice(from) + piece;
    this.#at = 0;
    return true;
  }

  /** The line of the current position. */
  get line(): number {
    return this.#lineOf(this.#at);
  }

  /** Enters a vector or list if it is the next form; returns its closing bracket. */
  enterCollection(): string | undefined {
    this.#skipBlank();
    const opener = this.#text[this.#at];
    if (opener !== '[' && opener !== '(') return undefined;
    this.#at += 1;
    return closers[opener];
  }

  /** The next form before `closer`, or before the end of the text if `closer` is undefined. */
  nextForm(closer: string | undefined): Form | undefined {
    this.#hasEnded = false;
    for (;;) {
      this.#skipBlank();
      const line = this.line;
      const value = this.#read(closer, 0);
      if (value !== nothing) return { value, line };
      if (this.#hasEnded) return undefined;
    }
  }

  /** The next value; `nothing` for a discarded form and at the end. */
  #read(closer: string | undefined, depth: number): Edn | typeof nothing {
    this.#skipBlank();
    const char = this.#text[this.#at];
    if (char === undefined || char === closer) {
      if (char === undefined && closer !== undefined) this.#fail(`the text ends before a ${closer}`);
      this.#at += 1;
      this.#hasEnded = true;
      return nothing;
    }
    if (depth > depthMax) this.#fail(`nested deeper than ${depthMax}`);
    switch (char) {
      case '[':
        return this.#collection(']', depth);
      case '(':
        return this.#collection(')', depth);
      case '{':
        return this.#map(depth);
      case '"':
        return this.#string();
      case '\\':
        return this.#character();
      case '#':
        return this.#dispatch(depth);
      case ')':
      case ']':
      case '}':
        return this.#fail(`unexpected ${char}`);
      default:
        return this.#atom();
    }
  }

  /** The items up to `closer`; the current position is the opening bracket. */
  #collection(closer: string, depth: number): Edn[] {
    const start = this.#at;
    this.#at += 1;
    const items: Edn[] = [];
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) this.#failAt(start, `the text ends before its ${closer}`);
      const item = this.#read(closer, depth + 1);
      if (item !== nothing) items.push(item);
      else if (this.#hasEnded) break;
    }
    this.#hasEnded = false;
    return items;
  }

  #map(depth: number): EdnMap {
    const start = this.#at;
    const flat = this.#collection('}', depth);
    if (flat.length % 2 === 1) this.#failAt(start, 'a map has a key without a value');
    return new EdnMap(flat);
  }

  #dispatch(depth: number): Edn | typeof nothing {
    const next = this.#text[this.#at + 1];
    this.#at += 1;
    if (next === '{') return new EdnSet(this.#collection('}', depth));
    if (next === '_') {
      this.#at += 1;
      this.#valueAfter('#_', depth);
      return nothing;
    }
    if (next === '#') {
      this.#at += 1;
      const name = this.#token();
      const infinity = infinities[name];
      return infinity === undefined ? this.#fail(`##${name} is not EDN`) : new EdnSymbol(infinity);
    }
    const tag = this.#token();
    if (!/^\p{L}/u.test(tag)) this.#fail(`#${tag} is not EDN`);
    return new Tagged(tag, this.#valueAfter(`#${tag}`, depth));
  }

  #valueAfter(prefix: string, depth: number): Edn {
    const start = this.#at;
    for (;;) {
      this.#skipBlank();
      const char = this.#text[this.#at];
      if (char === undefined || char === ')' || char === ']' || char === '}') {
        this.#failAt(start, `nothing follows ${prefix}`);
      }
      const value = this.#read(undefined, depth + 1);
      if (value !== nothing) return value;
    }
  }

  #string(): string {
    const start = this.#at;
    let text = '';
    for (let from = start + 1; ;) {
      const quote = this.#text.indexOf('"', from);
      if (quote === -1) this.#failAt(start, 'a string has no end');
      const slash = this.#text.indexOf('\\', from);
      if (slash === -1 || slash > quote) {
        this.#at = quote + 1;
        return text + this.#text.slice(from, quote);
      }
      const [decoded, length] = this.#escape(slash);
      text += this.#text.slice(from, slash) + decoded;
      from = slash + length;
    }
  }

  /** The decoded escape, and its length including the backslash. */
  #escape(slash: number): [string, number] {
    const letter = this.#text[slash + 1] ?? '';
    const simple = escapes[letter];
    if (simple !== undefined) return [simple, 2];
    const [, unicode] = /^u([0-9a-fA-F]{4})/.exec(this.#text.slice(slash + 1, slash + 6)) ?? [];
    if (unicode !== undefined) return [String.fromCharCode(Number.parseInt(unicode, 16)), 6];
    const octal = /^[0-3]?[0-7]{1,2}/.exec(this.#text.slice(slash + 1, slash + 4));
    if (octal !== null) return [String.fromCharCode(Number.parseInt(octal[0], 8)), 1 + octal[0].length];
    return this.#failAt(slash, `\\${letter} is not a string escape`);
  }

  #character(): string {
    const start = this.#at;
    if (start + 1 >= this.#text.length) this.#failAt(start, 'nothing follows \\');
    // The first character is always part of it: \( and \" are characters.
    const first = String.fromCodePoint(this.#text.codePointAt(start + 1) ?? 0);
    this.#at += 1 + first.length;
    const name = delimiter.test(first) ? first : first + this.#token();
    if (name === first) return name;
    const [, unicode] = /^u([0-9a-fA-F]{4})$/.exec(name) ?? [];
    if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
    return characters[name] ?? this.#failAt(start, `\\${name} is not a character`);
  }

  #atom(): Edn {
    const start = this.#at;
    const text = this.#token();
    if (text.startsWith(':')) return this.#keyword(text, start);
    const named = names.get(text);
    if (named !== undefined) return named;
    if (!/^[+-]?\d/.test(text)) return text === '' ? this.#failAt(start, 'not EDN') : new EdnSymbol(text);
    const whole = integer.exec(text)?.[1] ?? (hexadecimal.test(text) ? text.replace(/N$/, '') : undefined);
    if (whole !== undefined) return wholeNumber(whole);
    if (float.test(text)) return finite(text);
    return ratio.test(text) ? new EdnSymbol(text) : this.#failAt(start, `${text} is not a number`);
  }

  #keyword(text: string, start: number): Keyword {
    if (text.length === 1 || text.startsWith('::')) this.#failAt(start, `${text} is not a keyword`);
    let keyword = this.#keywords.get(text);
    if (keyword === undefined) {
      keyword = new Keyword(text.slice(1));
      this.#keywords.set(text, keyword);
    }
    return keyword;
  }

  #token(): string {
    const start = this.#at;
    this.#skip(token);
    return this.#text.slice(start, this.#at);
  }

  #skipBlank(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 0x20 && code < 0x80 && code !== COMMA && code !== SEMICOLON) return;
    this.#skip(blank);
  }

  /** Skips the match of a pattern at the current position, which may be empty. */
  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
  }

  #fail(message: string): never {
    return this.#failAt(this.#at, message);
  }

  #failAt(at: number, message: string): never {
    throw new SyntaxProblem(this.#lineOf(at), message);
  }

  /** Fast because positions are mostly requested in order. */
  #lineOf(at: number): number {
    if (at < this.#lineAt) [this.#lineAt, this.#line] = [0, this.#firstLine];
    for (;;) {
      const newline = this.#text.indexOf('\n', this.#lineAt);
      if (newline === -1 || newline >= at) return this.#line;
      this.#lineAt = newline + 1;
      this.#line += 1;
    }
  }
}

/** A bigint past 2^53, so that different integers stay different. */
function wholeNumber(text: string): number | bigint {
  const [sign, digits] = text.startsWith('-') ? [-1, text.slice(1)] : [1, text.replace(/^\+/, '')];
  const number = sign * Number(digits);
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  return BigInt(sign) * BigInt(digits);
}

/** A float that is too large for a number keeps its text. */
function finite(text: string): number | EdnSymbol {
  const number = Number(text.replace(/M$/, ''));
  return Number.isFinite(number) ? number : new EdnSymbol(text);
}
