/** Reads a mapping, which assigns the fields of a team's own log lines to those of a history, from a file. */
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type * as z from 'zod';
import { UsageError } from '../../../errors.ts';
import { itemAt } from '../../../required.ts';
import type { MappingFile } from './complete-mapping.ts';
import { MappingSchema } from './mapping-schema.ts';

/** @throws UsageError `FILE:LINE: what is wrong` */
export function parseMapping(text: string, file: string): MappingFile {
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
  const { line } = counter.linePos(document.contents?.range?.[0] ?? 0);
  return { given: mapping, where: `${file}:${Math.max(1, line)}` };
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
