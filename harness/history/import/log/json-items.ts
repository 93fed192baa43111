/** Reads items of JSON documents of any length, each with its line: the elements of an array, not the whole document. */
import { ENTRY_LENGTH_MAX } from '../input-text.ts';
import { SyntaxProblem } from '../problem.ts';
import { parseExactly } from './exact-json.ts';

export interface JsonItem {
  /** Of the wanted ones. */
  path: string;
  value: unknown;
  line: number;
}

/** Where the reader is in an object or an array that it has entered. */
interface Level {
  isArray: boolean;
  /** Of its members, without the name of the current one. */
  path: string;
  /** What may come next. */
  expects: 'first' | 'value' | 'comma' | 'key' | 'colon';
  key: string;
}

const DEPTH_MAX = 16;

/**
 * One document after another. A path is the names of members joined by dots, with `*` for the elements of an array: of
 * `{"log":{"entries":[a,b]}}`, `log.entries.*` wants a and b; `*` wants the elements of a list, and the empty path whole
 * documents. What is not wanted is skipped, with only its brackets and strings checked.
 */
export class JsonItems {
  readonly #wanted: ReadonlySet<string>;
  readonly #entered: ReadonlySet<string>;
  readonly #levels: Level[] = [];
  #text = '';
  #at = 0;
  #line = 1;
  /** How far the value at `#at` has been scanned, and how deep. */
  #scan: { to: number; depth: number } | undefined;

  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted);
    this.#entered = new Set(wanted.flatMap(parentsOf));
  }

  /** @throws SyntaxProblem */
  push(text: string): JsonItem[] {
    this.#text = this.#text.slice(this.#at) + text;
    if (this.#scan !== undefined) this.#scan.to -= this.#at;
    this.#at = 0;
    return this.#read(false);
  }

  /** @throws SyntaxProblem */
  end(): JsonItem[] {
    const items = this.#read(true);
    if (this.#at < this.#text.length || this.#levels.length > 0) throw this.#problem('the text ends too early');
    return items;
  }

  #read(isLast: boolean): JsonItem[] {
    const items: JsonItem[] = [];
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) return items;
      const before = this.#at;
      if (!this.#step(items, isLast)) return items;
      if (this.#at === before) throw this.#problem('not valid JSON');
    }
  }

  /** Reads one token or value; false if it is not complete. */
  #step(items: JsonItem[], isLast: boolean): boolean {
    const level = this.#levels.at(-1);
    if (level === undefined) return this.#value('', items, isLast);
    const char = this.#text[this.#at];
    const isEnd = char === (level.isArray ? ']' : '}');
    if (isEnd && (level.expects === 'first' || level.expects === 'comma')) return this.#leave();
    switch (level.expects) {
      case 'comma':
        return this.#skipChar(',', level, level.isArray ? 'value' : 'key');
      case 'colon':
        return this.#skipChar(':', level, 'value');
      case 'value':
        return this.#value(pathOf(level), items, isLast);
      case 'first':
        return level.isArray ? this.#value(pathOf(level), items, isLast) : this.#key(level, isLast);
      case 'key':
        return this.#key(level, isLast);
    }
  }

  #skipChar(expected: string, level: Level, next: Level['expects']): boolean {
    if (this.#text[this.#at] !== expected) throw this.#problem(`not valid JSON: a ${expected} is missing`);
    this.#at += 1;
    level.expects = next;
    return true;
  }

  #key(level: Level, isLast: boolean): boolean {
    if (this.#text[this.#at] !== '"') throw this.#problem('not valid JSON: a name is missing');
    const end = this.#endOfValue(isLast);
    if (end === undefined) return false;
    level.key = String(this.#parse(end));
    level.expects = 'colon';
    this.#advance(end);
    return true;
  }

  #value(path: string, items: JsonItem[], isLast: boolean): boolean {
    const char = this.#text[this.#at];
    const isContainer = char === '{' || char === '[';
    const isWanted = this.#wanted.has(path) && !(char === '[' && this.#wanted.has(childOf(path, '*')));
    if (isContainer && !isWanted && this.#entered.has(path)) return this.#enter(path);
    const end = this.#endOfValue(isLast);
    if (end === undefined) return false;
    if (isWanted) items.push({ path, value: this.#parse(end), line: this.#line });
    else if (!isContainer) this.#parse(end);
    this.#advance(end);
    this.#done();
    return true;
  }

  #enter(path: string): boolean {
    if (this.#levels.length === DEPTH_MAX) throw this.#problem('nested too deeply');
    const isArray = this.#text[this.#at] === '[';
    this.#levels.push({ isArray, path, expects: 'first', key: '*' });
    this.#at += 1;
    return true;
  }

  #leave(): boolean {
    this.#levels.pop();
    this.#at += 1;
    this.#done();
    return true;
  }

  #done(): void {
    const level = this.#levels.at(-1);
    if (level !== undefined) level.expects = 'comma';
  }

  /** The end of the value that begins here; `undefined` if more text may belong to it. */
  #endOfValue(isLast: boolean): number | undefined {
    const first = this.#text[this.#at];
    if (first === '"') return this.#endOfString(isLast);
    if (first !== '{' && first !== '[') return this.#endOfWord(isLast);
    const scan = (this.#scan ??= { to: this.#at, depth: 0 });
    landmark.lastIndex = scan.to;
    for (let match = landmark.exec(this.#text); match !== null; match = landmark.exec(this.#text)) {
      const [token, quote] = match;
      if (quote === '') break;
      scan.to = landmark.lastIndex;
      if (token === '{' || token === '[') scan.depth += 1;
      else if (token === '}' || token === ']') scan.depth -= 1;
      if (scan.depth > 0) continue;
      this.#scan = undefined;
      return scan.to;
    }
    return this.#incomplete(isLast);
  }

  #endOfString(isLast: boolean): number | undefined {
    string.lastIndex = this.#at;
    const [, quote] = string.exec(this.#text) ?? [];
    return quote === '"' ? string.lastIndex : this.#incomplete(isLast);
  }

  #endOfWord(isLast: boolean): number | undefined {
    word.lastIndex = this.#at;
    const [token = ''] = word.exec(this.#text) ?? [];
    if (token === '') throw this.#problem('not valid JSON');
    return isLast || word.lastIndex < this.#text.length ? word.lastIndex : this.#incomplete(false);
  }

  #incomplete(isLast: boolean): undefined {
    if (isLast) throw this.#problem('the text ends too early');
    if (this.#text.length - this.#at > ENTRY_LENGTH_MAX) throw this.#problem('longer than 64 MiB');
  }

  #parse(end: number): unknown {
    try {
      return parseExactly(this.#text.slice(this.#at, end));
    } catch {
      throw this.#problem('not valid JSON');
    }
  }

  #skipBlank(): void {
    blank.lastIndex = this.#at;
    blank.exec(this.#text);
    this.#advance(blank.lastIndex);
  }

  #advance(to: number): void {
    for (let at = this.#text.indexOf('\n', this.#at); at !== -1 && at < to; at = this.#text.indexOf('\n', at + 1)) {
      this.#line += 1;
    }
    this.#at = to;
  }

  #problem(message: string): SyntaxProblem {
    return new SyntaxProblem(this.#line, message);
  }
}

const blank = /[\s\uFEFF]*/y;
const word = /[-+.\w]*/y;
/** The group is empty if the text ends before the string does. */
const string = /"[^"\\]*(?:\\[^][^"\\]*)*("?)/y;
/** A bracket, or a string, which may contain brackets. */
const landmark = /[{}[\]]|"[^"\\]*(?:\\[^][^"\\]*)*("?)/g;

function pathOf({ isArray, path, key }: Level): string {
  return childOf(path, isArray ? '*' : key);
}

function childOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The paths of what contains it: `` and `log` of `log.entries`. */
function parentsOf(path: string): string[] {
  const names = path === '' ? [] : path.split('.');
  return names.map((_, length) => names.slice(0, length).join('.'));
}
