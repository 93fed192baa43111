/** `URLSearchParams` as a plain list, whose URL is told of each change. */
import { inspect } from 'node:util';

const RealParams = globalThis.URLSearchParams;

export class LightParams extends RealParams {
  readonly #changed: () => void;
  /** Names and values by turns. */
  #list: readonly string[];

  constructor(list: readonly string[], changed: () => void) {
    super();
    this.#list = list;
    this.#changed = changed;
  }

  /** Names and values by turns; never changed, since every change makes another list. */
  get list(): readonly string[] {
    return this.#list;
  }

  override append(name: string, value: string): void {
    this.#change([...this.#list, wellFormed(name), wellFormed(value)]);
  }

  override set(name: string, value: string): void {
    const key = wellFormed(name);
    const text = wellFormed(value);
    const first = placeOf(this.#list, key);
    if (first === -1) this.#change([...this.#list, key, text]);
    else this.#change(filtered(this.#list, (at) => at <= first || this.#list[at] !== key).with(first + 1, text));
  }

  override get(name: string): string | null {
    const at = placeOf(this.#list, wellFormed(name));
    return at === -1 ? null : this.#list[at + 1]!;
  }

  override getAll(name: string): string[] {
    const key = wellFormed(name);
    return this.#list.filter((_, at) => at % 2 === 1 && this.#list[at - 1] === key);
  }

  override has(name: string, value?: string): boolean {
    if (value === undefined) return placeOf(this.#list, wellFormed(name)) !== -1;
    return this.getAll(name).includes(wellFormed(value));
  }

  override delete(name: string, value?: string): void {
    const key = wellFormed(name);
    const text = value === undefined ? undefined : wellFormed(value);
    const isOther = (at: number): boolean =>
      this.#list[at] !== key || (text !== undefined && this.#list[at + 1] !== text);
    this.#change(filtered(this.#list, isOther));
  }

  override sort(): void {
    this.#change([...this].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat());
  }

  override forEach(callback: (value: string, name: string, parent: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  override *entries(): ParamsIterator<[string, string]> {
    for (let at = 0; at < this.#list.length; at += 2) yield [this.#list[at]!, this.#list[at + 1]!];
  }

  override *keys(): ParamsIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  override *values(): ParamsIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  override [Symbol.iterator](): ParamsIterator<[string, string]> {
    return this.entries();
  }

  override toString(): string {
    return textOf(this.#list);
  }

  [inspect.custom](): unknown {
    return new RealParams([...this]);
  }

  /** The URL has another query now. */
  reload(list: readonly string[]): void {
    this.#list = list;
  }

  #change(list: readonly string[]): void {
    this.#list = list;
    this.#changed();
  }
}

type ParamsIterator<T> = Generator<T, undefined, unknown>;

// TypeScript takes it for a field, which no accessor may stand for.
Object.defineProperty(LightParams.prototype, 'size', {
  configurable: true,
  get(this: LightParams) {
    return this.list.length / 2;
  },
});

/** The names and values of a query. */
export function listOf(search: string): readonly string[] {
  return search === '' ? [] : [...new RealParams(search)].flat();
}

/** The query of names and values, as forms are written: https://url.spec.whatwg.org/#urlencoded-serializing */
export function textOf(list: readonly string[]): string {
  let text = '';
  for (let at = 0; at < list.length; at += 2) {
    text += `${at === 0 ? '' : '&'}${encoded(list[at]!)}=${encoded(list[at + 1]!)}`;
  }
  return text;
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/%20|[!~'()]/g, (part) =>
    part === '%20' ? '+' : `%${part.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function wellFormed(text: string): string {
  return String(text).toWellFormed();
}

function placeOf(list: readonly string[], name: string): number {
  for (let at = 0; at < list.length; at += 2) if (list[at] === name) return at;
  return -1;
}

/** @param isKept is asked with the places of names */
function filtered(list: readonly string[], isKept: (at: number) => boolean): string[] {
  return list.filter((_, at) => isKept(at - (at % 2)));
}
