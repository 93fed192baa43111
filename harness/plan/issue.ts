/** Describes a validation error in one sentence that names the field. */
import type { z } from 'zod';

/** @param whole the name of the whole value, for errors without a path */
export function describeIssue(issue: z.core.$ZodIssue, whole: string): string {
  const nested = issue.code === 'invalid_union' ? mostSpecific(issue.errors) : undefined;
  if (nested !== undefined) return describeIssue({ ...nested, path: [...issue.path, ...nested.path] }, whole);
  const path = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  if (missing) return `the field ${path || whole} is missing`;
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** The first issue of the union branch with the deepest path, which is most probably the intended branch. */
function mostSpecific(branches: readonly (readonly z.core.$ZodIssue[])[]): z.core.$ZodIssue | undefined {
  const firsts = branches.flatMap((issues) => issues.slice(0, 1));
  return firsts.sort((a, b) => b.path.length - a.path.length)[0];
}
