/**
 * The parameters of one URL, which is told of each change. Queries are put together and written out; as long as
 * nothing else is asked for they are a `Query`, and whatever is not done here the real ones do.
 */
import { inspect } from 'node:util';
import { emptyQuery, type Query } from './light-query.ts';

const RealParams = globalThis.URLSearchParams;

export class LightParams extends RealParams {
  readonly #changed: () => void;
  /** What has been put together; `undefined` once the real ones have it. */
  #query: Query | undefined;

  constructor(search: string, changed: () => void) {
    super(search === '' ? undefined : search);
    this.#changed = changed;
    this.#query = search === '' ? emptyQuery() : undefined;
  }

  get query(): Query | undefined {
    return this.#query;
  }

  override append(name: string, value: string): void {
    if (this.#query === undefined) super.append(name, value);
    else this.#query = this.#query.with(wellFormed(name), wellFormed(value));
    this.#changed();
  }

  override set(name: string, value: string): void {
    if (this.#query === undefined || placeOf(this.#query, name) !== -1) {
      this.#becomeReal();
      super.set(name, value);
    } else this.#query = this.#query.with(wellFormed(name), wellFormed(value));
    this.#changed();
  }

  override get(name: string): string | null {
    if (this.#query === undefined) return super.get(name);
    const at = placeOf(this.#query, name);
    return at === -1 ? null : this.#query.list[at + 1]!;
  }

  override toString(): string {
    return this.#query?.text ?? super.toString();
  }

  override delete(name: string, value?: string): void {
    this.#becomeReal();
    if (value === undefined) super.delete(name);
    else super.delete(name, value);
    this.#changed();
  }

  override sort(): void {
    this.#becomeReal();
    super.sort();
    this.#changed();
  }

  override getAll(name: string): string[] {
    this.#becomeReal();
    return super.getAll(name);
  }

  override has(name: string, value?: string): boolean {
    this.#becomeReal();
    return value === undefined ? super.has(name) : super.has(name, value);
  }

  override entries(): ReturnType<URLSearchParams['entries']> {
    this.#becomeReal();
    return super.entries();
  }

  override keys(): ReturnType<URLSearchParams['keys']> {
    this.#becomeReal();
    return super.keys();
  }

  override values(): ReturnType<URLSearchParams['values']> {
    this.#becomeReal();
    return super.values();
  }

  override forEach(...args: Parameters<URLSearchParams['forEach']>): void {
    this.#becomeReal();
    super.forEach(...args);
  }

  override [Symbol.iterator](): ReturnType<URLSearchParams['entries']> {
    return this.entries();
  }

  [inspect.custom](): unknown {
    return new RealParams(this);
  }

  /** The URL has another query now. */
  reload(search: string): void {
    this.#query = undefined;
    for (const name of new Set(super.keys())) super.delete(name);
    for (const [name, value] of new RealParams(search)) super.append(name, value);
  }

  #becomeReal(): void {
    if (this.#query === undefined) return;
    const { list } = this.#query;
    this.#query = undefined;
    for (let at = 0; at < list.length; at += 2) super.append(list[at]!, list[at + 1]!);
  }
}

// TypeScript takes it for a field, which no accessor may stand for.
Object.defineProperty(LightParams.prototype, 'size', {
  configurable: true,
  get(this: LightParams) {
    return [...this].length;
  },
});

function wellFormed(text: string): string {
  return String(text).toWellFormed();
}

function placeOf({ list }: Query, name: string): number {
  const key = wellFormed(name);
  for (let at = 0; at < list.length; at += 2) if (list[at] === key) return at;
  return -1;
}
