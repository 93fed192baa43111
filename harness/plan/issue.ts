/** What is wrong with a value of a plan, in one sentence that names the field. */
import type { z } from 'zod';

/** @param whole what to call a value that is missing altogether */
export function describeIssue(issue: z.core.$ZodIssue, whole: string): string {
  const nested = issue.code === 'invalid_union' ? mostSpecific(issue.errors) : undefined;
  if (nested !== undefined) return describeIssue({ ...nested, path: [...issue.path, ...nested.path] }, whole);
  const path = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  if (missing) return `the field ${path || whole} is missing`;
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** Of a union's branches, the one whose first issue lies deepest: most probably the one that was meant. */
function mostSpecific(branches: readonly (readonly z.core.$ZodIssue[])[]): z.core.$ZodIssue | undefined {
  const firsts = branches.flatMap((issues) => issues.slice(0, 1));
  return firsts.sort((a, b) => b.path.length - a.path.length)[0];
}
