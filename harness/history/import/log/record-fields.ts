/** Finds the fields of a record by their paths. */
import { isObject } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import { parseExactly } from './exact-json.ts';
import { logfmtFields } from './logfmt.ts';
import { queryOf } from './url-pattern.ts';

/** A path of names joined by dots; `:name` of a pattern, `?name` of the query of the URL; or several, of which the first counts. */
export type FieldPath = string | readonly string[];

export class RecordFields {
  readonly #fields: Fields;
  readonly #captured: Readonly<Record<string, string>>;
  readonly #url: string | undefined;
  #query: URLSearchParams | undefined;
  readonly #texts = new Map<string, Fields | undefined>();

  /** @param captured by the patterns of the mapping */
  constructor(fields: Fields, captured: Readonly<Record<string, string>> = {}, url?: string) {
    this.#fields = fields;
    this.#captured = captured;
    this.#url = url;
  }

  /** `undefined` if it is missing or `null`. */
  find(path: FieldPath): unknown {
    if (typeof path === 'string') return this.#findOne(path);
    for (const each of path) {
      const found = this.#findOne(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #findOne(path: string): unknown {
    if (path.startsWith(':')) {
      const name = path.slice(1);
      return Object.hasOwn(this.#captured, name) ? this.#captured[name] : undefined;
    }
    if (path.startsWith('?') && this.#url !== undefined) {
      this.#query ??= queryOf(this.#url);
      return this.#query.get(path.slice(1)) ?? undefined;
    }
    return this.#findIn(this.#fields, path);
  }

  /** A name may itself contain dots. A text in which the path continues is read as JSON, or as pairs of key and value. */
  #findIn(within: unknown, path: string): unknown {
    const fields = typeof within === 'string' ? this.#fieldsOfText(within) : within;
    if (typeof fields !== 'object' || fields === null) return undefined;
    if (Object.hasOwn(fields, path)) return (fields as Fields)[path] ?? undefined;
    for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
      const name = path.slice(0, dot);
      if (!Object.hasOwn(fields, name)) continue;
      const found = this.#findIn((fields as Fields)[name], path.slice(dot + 1));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fieldsOfText(text: string): Fields | undefined {
    if (!this.#texts.has(text)) this.#texts.set(text, fieldsOfText(text));
    return this.#texts.get(text);
  }
}

/** The object with which a text ends, as loggers write it after the time and the level; else its pairs of key and value. */
export function fieldsOfText(text: string): Fields | undefined {
  const start = text.search(/[{[]/);
  if (start !== -1 && /[}\]]\s*$/.test(text)) {
    try {
      const value = parseExactly(text.slice(start));
      if (isObject(value) || Array.isArray(value)) return value as Fields;
    } catch {
      // A text with braces that is not JSON.
    }
  }
  return text.includes('=') ? logfmtFields(text) : undefined;
}
