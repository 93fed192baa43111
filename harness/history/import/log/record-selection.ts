/** Which records of a log a mapping selects. */
import { show } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import type { GivenMapping } from './mapping-schema.ts';
import { RecordFields } from './record-fields.ts';

/** Why a record is not an event: a reason that is the same for all such records, and a detail of this one. */
export class NotAnEvent extends Error {
  readonly detail: string;
  /** Whether the `where` or the `url` of the mapping excludes the record. */
  readonly isExcluded: boolean;
  constructor(reason: string, detail = '', isExcluded = false) {
    super(reason);
    this.detail = detail;
    this.isExcluded = isExcluded;
  }
}

/**
 * The fields of a record that the mapping selects by `where` and `url`, with the names that the pattern captures.
 * @throws NotAnEvent
 */
export function selectedFields(record: Fields, { where = {}, url }: Pick<GivenMapping, 'where' | 'url'>): RecordFields {
  const fields = new RecordFields(record);
  for (const [path, kinds] of Object.entries(where)) {
    const value = fields.find(path);
    if (!isOneOf(value, kinds))
      throw new NotAnEvent(`${path} is not ${kinds.join(' or ')}`, describeField(value), true);
  }
  if (url === undefined) return fields;
  const text = url.field === undefined ? firstUrl(fields) : fields.find(url.field);
  for (const pattern of url.pattern) {
    const captured = typeof text === 'string' ? pattern.match(text) : undefined;
    if (captured !== undefined) return new RecordFields(record, captured, String(text));
  }
  const wanted = url.pattern.map((pattern) => pattern.text).join(' or ');
  throw new NotAnEvent(`the URL is not ${wanted}`, describeField(text), true);
}

/** The names under which logs have the URL of a request. */
export const URL_FIELDS: readonly string[] = [
  'request.url',
  'req.url',
  'url',
  'http.url',
  'url.full',
  'http.target',
  'url.path',
  'path',
  'requestPath',
  'proxy.path',
  'uri',
  'request_uri',
  ...['url.path', 'url.full', 'http.target', 'http.url'].flatMap((name) => [`attributes.${name}`, `tags.${name}`]),
];

function firstUrl(fields: RecordFields): unknown {
  return URL_FIELDS.map((path) => fields.find(path)).find((value) => typeof value === 'string');
}

export type Kinds = readonly (string | number | boolean)[];

/** `4xx` stands for all codes from 400 to 499. */
export function isOneOf(value: unknown, kinds: Kinds): boolean {
  return isExactly(value, kinds) || isOfClass(value, kinds);
}

/** The kind that names the value; one that names its class counts only if no other does. */
export function kindOf<T extends string>(
  value: unknown,
  kinds: { readonly [kind in T]?: Kinds | undefined },
): T | undefined {
  const all = Object.entries<Kinds | undefined>(kinds);
  const found =
    all.find(([, values]) => isExactly(value, values ?? [])) ??
    all.find(([, values]) => isOfClass(value, values ?? []));
  return found?.[0] as T | undefined;
}

function isExactly(value: unknown, kinds: Kinds): boolean {
  return value !== undefined && kinds.some((kind) => String(kind) === String(value));
}

function isOfClass(value: unknown, kinds: Kinds): boolean {
  const text = String(value);
  return /^\d{3}$/.test(text) && kinds.includes(`${text[0]}xx`);
}

export function describeField(value: unknown): string {
  return value === undefined ? 'missing' : show(value);
}
