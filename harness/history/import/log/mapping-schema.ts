/** The fields of a mapping, in a file or of a format. `docs/LOGS.md` describes them. */
import * as z from 'zod';
import { parseUrlPattern, type UrlPattern } from './url-pattern.ts';
import { isZone } from './zone.ts';

/** One field, or several of which the first that is present counts. */
const Path = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const OnePath = z.string().min(1);
/** Fields of an event, which a field of a log must not overwrite. */
const reserved = new Set([
  'index',
  'time',
  'process',
  'session',
  'type',
  'f',
  'key',
  'value',
  'read',
  'fault',
  'log_line',
  'log_file',
]);
const freeName = (name: string): string => (reserved.has(name) ? `log_${name}` : name.replaceAll('.', '_'));
const Kind = z.union([z.string(), z.number(), z.boolean()]);
const Kinds = z.union([Kind.transform((kind) => [kind]), z.array(Kind).min(1)]);

const TimeUnit = z.enum(['iso', 'http', 's', 'ms', 'us', 'ns']);
const Moment = z
  .union([Path.transform((field) => ({ field })), z.strictObject({ field: Path, unit: TimeUnit.optional() })])
  .transform(({ field, unit = 'iso' }: { field: z.infer<typeof Path>; unit?: z.infer<typeof TimeUnit> }) => ({
    field,
    unit,
  }));

const Pattern = z.string().transform((text, context): UrlPattern => {
  const pattern = parseUrlPattern(text);
  if (typeof pattern !== 'string') return pattern;
  context.addIssue({ code: 'custom', message: pattern });
  return z.NEVER;
});
const Patterns = z.union([Pattern.transform((pattern) => [pattern]), z.array(Pattern).min(1)]);

const operations = ['read', 'write', 'start', 'show', 'receive', 'commit', 'fault'] as const;

export const MappingSchema = z.strictObject({
  /** The format of the files that it is for; all logs if missing. */
  format: z.string().optional(),
  /** Only lines with these values in these fields are read; the others are skipped. */
  where: z.record(OnePath, Kinds).optional(),
  /** Only lines with such a URL are read; the names in the patterns are fields. */
  url: z
    .union([
      Patterns.transform((pattern) => ({ field: undefined, pattern })),
      z.strictObject({ field: Path.optional(), pattern: Patterns }),
    ])
    .optional(),
  /** When it happened; for a read, when it was answered. */
  time: Moment.optional(),
  /** The time zone of dates that name none; UTC if missing. */
  zone: z.string().refine(isZone, 'must be a zone such as Europe/Berlin or +02:00').optional(),
  /** When a request began, if the log has it: its beginning, or its duration. */
  began: Moment.optional(),
  took: z.strictObject({ field: Path, unit: z.enum(['s', 'ms', 'us', 'ns']) }).optional(),
  session: Path.optional(),
  story: Path.optional(),
  /** `max` is the value that the log uses for complete: 1 for fractions. */
  progress: z
    .union([
      Path.transform((field) => ({ field, max: 100 })),
      z.strictObject({ field: Path, max: z.number().positive().default(100) }),
    ])
    .optional(),
  /** `first-seen`: the field is any identifier of the generation; generations are numbered in order of appearance. */
  generation: z
    .union([
      Path.transform((field) => ({ field, counted: 'as-is' as const })),
      z.strictObject({ field: Path, counted: z.enum(['as-is', 'first-seen']).default('as-is') }),
    ])
    .optional(),
  /** The words of the log for the two ends of a generation, if they are others. */
  status: z
    .union([
      Path.transform((field) => ({ field, completed: undefined, failed: undefined })),
      z.strictObject({ field: Path, completed: Kinds.optional(), failed: Kinds.optional() }),
    ])
    .optional(),
  /** The kind of operation of all lines, or by a field; without it all are reads. */
  operation: z
    .union([
      z.enum(operations),
      z.strictObject({
        field: Path,
        read: Kinds.optional(),
        write: Kinds.optional(),
        start: Kinds.optional(),
        show: Kinds.optional(),
        receive: Kinds.optional(),
        commit: Kinds.optional(),
        fault: Kinds.optional(),
      }),
    ])
    .optional(),
  /** How a request ended; without it all are `ok`. */
  outcome: z
    .strictObject({ field: Path, ok: Kinds.optional(), fail: Kinds.optional(), info: Kinds.optional() })
    .optional(),
  /** Fields to keep and to show, under their own names or under others: `served_by: db.host`. */
  carry: z
    .union([
      z.array(OnePath).transform((paths) => Object.fromEntries(paths.map((path) => [path, path]))),
      z.record(z.string(), Path),
    ])
    .transform((carry) => Object.fromEntries(Object.entries(carry).map(([name, path]) => [freeName(name), path])))
    .optional(),
  /** What to do with invalid lines. */
  otherwise: z.enum(['refuse', 'skip']).optional(),
  /** The properties to judge if the command line names none. */
  properties: z.array(z.string()).min(1).optional(),
});

/** As a file or a format gives them. */
export type MappingFields = z.input<typeof MappingSchema>;

/** Checked, but what the format of the log has by itself may still be missing. */
export type GivenMapping = z.output<typeof MappingSchema>;

/** What the lines of a file are read with. */
export type Mapping = GivenMapping & Required<Pick<GivenMapping, 'time' | 'session' | 'story' | 'progress'>>;
