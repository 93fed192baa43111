/** Joins a mapping with what the format of a log has by itself. */
import { UsageError } from '../../../errors.ts';
import type { LogFormat } from './log-format.ts';
import { MappingSchema, type GivenMapping, type Mapping } from './mapping-schema.ts';
import { parseUrlPattern } from './url-pattern.ts';

/** A mapping from a file. */
export interface MappingFile {
  readonly given: GivenMapping;
  /** `FILE:LINE` of its beginning, for messages. */
  readonly where: string;
}

const REQUIRED = ['time', 'session', 'story', 'progress'] as const;

/** @throws UsageError `FILE:LINE: the field … is missing` */
export function completeMapping({ given, where }: MappingFile, format: LogFormat): Mapping {
  const mapping = joinMappings(given, format);
  const missing = missingFields(mapping);
  if (missing[0] === undefined) return mapping as Mapping;
  throw new UsageError(
    'mapping-invalid',
    `${where}: the field ${missing[0]} is missing`,
    'docs/LOGS.md describes the mapping',
  );
}

/** The required fields that neither the mapping nor the format has. */
export function missingFields(mapping: GivenMapping): string[] {
  return REQUIRED.filter((name) => mapping[name] === undefined);
}

/**
 * A field of the mapping replaces that of the format. Of a pattern with only one name, or with the name `story`, that is the story
 * unless the mapping says otherwise.
 */
export function joinMappings(given: GivenMapping, { fields = {} }: LogFormat): GivenMapping {
  const own = MappingSchema.parse(fields);
  const joined = { ...own, ...given };
  if (given.took !== undefined) delete joined.began;
  if (given.began !== undefined) delete joined.took;
  if (given.url !== undefined) joined.url = { ...given.url, field: given.url.field ?? own.url?.field };
  const names = new Set(joined.url?.pattern.flatMap((pattern) => pattern.names));
  const named = names.has('story') ? 'story' : names.size === 1 ? [...names][0] : undefined;
  if (joined.story === undefined && named !== undefined) joined.story = `:${named}`;
  return joined;
}

/** The mapping that consists of the pattern of a URL. @throws UsageError */
export function mappingOfUrl(text: string): GivenMapping {
  const pattern = parseUrlPattern(text);
  if (typeof pattern !== 'string') return { url: { field: undefined, pattern: [pattern] } };
  throw new UsageError('url-pattern-invalid', `--url ${text}: ${pattern}`);
}
