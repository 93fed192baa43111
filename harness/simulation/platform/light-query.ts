/** The query of a URL, as it was put together parameter by parameter; who puts the same one together gets the same one. */
export class Query {
  /** Names and values by turns. */
  readonly list: readonly string[];
  readonly text: string;
  readonly #next = new Map<string, Map<string, Query>>();
  #lastName: string | undefined;
  #lastValue: string | undefined;
  #last: Query | undefined;

  constructor(list: readonly string[], text: string) {
    this.list = list;
    this.text = text;
  }

  with(name: string, value: string): Query {
    if (this.#lastName === name && this.#lastValue === value) return this.#last!;
    const next = this.#nextOf(name, value);
    this.#lastName = name;
    this.#lastValue = value;
    this.#last = next;
    return next;
  }

  #nextOf(name: string, value: string): Query {
    let byValue = this.#next.get(name);
    if (byValue === undefined) this.#next.set(name, (byValue = new Map()));
    let next = byValue.get(value);
    if (next === undefined) {
      const text = `${this.text === '' ? '' : `${this.text}&`}${encoded(name)}=${encoded(value)}`;
      next = new Query([...this.list, name, value], text);
      if (++made > MADE_MAX) forget();
      byValue.set(value, next);
    }
    return next;
  }
}

const MADE_MAX = 5_000;
let made = 0;
let empty = new Query([], '');

export function emptyQuery(): Query {
  return empty;
}

/** Queries of an application are few, but need not be. */
function forget(): void {
  made = 0;
  empty = new Query([], '');
}

/** As forms are written: https://url.spec.whatwg.org/#urlencoded-serializing */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/%20|[!~'()]/g, (part) =>
    part === '%20' ? '+' : `%${part.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
