/** A mapping assigns the fields of a team's own log lines to those of a history. `docs/LOGS.md` describes it. */
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import * as z from 'zod';
import { UsageError } from '../../../errors.ts';
import { itemAt } from '../../../required.ts';

/** The path of a field: its name, or names joined by dots. */
const Path = z.string().min(1);
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
]);
const freeName = (name: string): string => (reserved.has(name) ? `log_${name}` : name.replaceAll('.', '_'));
const Kind = z.union([z.string(), z.number(), z.boolean()]);
const Kinds = z.union([Kind.transform((kind) => [kind]), z.array(Kind).min(1)]);

const Moment = z
  .union([
    Path.transform((field) => ({ field })),
    z.strictObject({ field: Path, unit: z.enum(['iso', 's', 'ms', 'us', 'ns']).optional() }),
  ])
  .transform(({ field, unit = 'iso' }: { field: string; unit?: 'iso' | 's' | 'ms' | 'us' | 'ns' }) => ({
    field,
    unit,
  }));

const MappingSchema = z.strictObject({
  /** Only lines with these values in these fields are read; the others are skipped. */
  where: z.record(Path, Kinds).default({}),
  /** When it happened; for a read, when it was answered. */
  time: Moment,
  /** When a request began, if the log has it: its beginning, or its duration. */
  began: Moment.optional(),
  took: z.strictObject({ field: Path, unit: z.enum(['s', 'ms', 'us', 'ns']) }).optional(),
  session: Path,
  story: Path,
  /** `max` is the value that the log uses for complete: 1 for fractions. */
  progress: z.union([
    Path.transform((field) => ({ field, max: 100 })),
    z.strictObject({ field: Path, max: z.number().positive().default(100) }),
  ]),
  /** `first-seen`: the field is any identifier of the generation; generations are numbered in order of appearance. */
  generation: z
    .union([
      Path.transform((field) => ({ field, counted: 'as-is' as const })),
      z.strictObject({ field: Path, counted: z.enum(['as-is', 'first-seen']).default('as-is') }),
    ])
    .optional(),
  status: Path.optional(),
  /** The kind of operation; without it all are reads. */
  operation: z
    .strictObject({
      field: Path,
      read: Kinds.optional(),
      write: Kinds.optional(),
      start: Kinds.optional(),
      show: Kinds.optional(),
      commit: Kinds.optional(),
      fault: Kinds.optional(),
    })
    .optional(),
  /** How a request ended; without it all are `ok`. */
  outcome: z
    .strictObject({ field: Path, ok: Kinds.optional(), fail: Kinds.optional(), info: Kinds.optional() })
    .optional(),
  /** Fields to keep and to show, under their own names or under others: `served_by: db.host`. */
  carry: z
    .union([
      z.array(Path).transform((paths) => Object.fromEntries(paths.map((path) => [path, path]))),
      z.record(z.string(), Path),
    ])
    .transform((carry) => Object.fromEntries(Object.entries(carry).map(([name, path]) => [freeName(name), path])))
    .default({}),
  /** What to do with invalid lines. */
  otherwise: z.enum(['refuse', 'skip']).default('refuse'),
  /** The properties to judge if the command line names none. */
  properties: z.array(z.string()).min(1).optional(),
});

export type Mapping = z.infer<typeof MappingSchema>;

/** @throws UsageError `FILE:LINE: what is wrong` */
export function parseMapping(text: string, file: string): Mapping {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const refuse: (at: number, problem: string) => never = (at, problem) => {
    const { line } = counter.linePos(at);
    throw new UsageError(
      'mapping-invalid',
      `${file}:${Math.max(1, line)}: ${problem}`,
      'docs/LOGS.md describes the mapping',
    );
  };
  const [error] = document.errors;
  if (error !== undefined) refuse(error.pos[0], `not YAML: ${error.message.split('\n')[0]}`);
  const result = MappingSchema.safeParse(toPlain(document, refuse));
  if (!result.success) {
    const issue = specific(itemAt(result.error.issues, 0));
    refuse(offsetOf(document, issue), describeIssue(issue));
  }
  const mapping = result.data;
  if (mapping.began !== undefined && mapping.took !== undefined) {
    refuse(offsetOf(document, { path: ['took'] }), 'began and took are alternatives: give one of them');
  }
  return mapping;
}

function toPlain(document: Document, refuse: (at: number, problem: string) => never): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return refuse(0, `not YAML: ${(error as Error).message}`);
  }
}

/** For a union, the first of the deepest issues of its branches, which most probably belongs to the intended branch. */
function specific(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1)).map((inner) => specific(inner));
  const [deepest] = firsts.sort((a, b) => depthOf(b) - depthOf(a));
  return deepest === undefined ? issue : { ...deepest, path: [...issue.path, ...deepest.path] };
}

function depthOf(issue: z.core.$ZodIssue): number {
  return issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const fields = issue.keys.map((key) => (path === '' ? key : `${path}.${key}`));
    return `unknown field ${fields.join(', ')}`;
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `the field ${path} is missing`;
  }
  return path === '' ? 'a mapping must be a map of fields' : `${path}: ${issue.message}`;
}

/** The offset in the text of the issue, or of the nearest enclosing field. */
function offsetOf(document: Document, issue: { path: readonly PropertyKey[]; keys?: readonly string[] }): number {
  const path = [...issue.path, ...(issue.keys ?? []).slice(0, 1)];
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const name = String(path[length - 1]);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : undefined;
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}
