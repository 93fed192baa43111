/** Where in the application a violation is to be looked for. */
import { relative, sep } from 'node:path';
import type { PropertyName } from '../checker/properties.ts';
import type { JudgedRun } from '../port/reporter.ts';

/** Properties of what is written: those of the service that generates. */
const WRITING: ReadonlySet<string> = new Set<PropertyName>([
  'monotonic-commits',
  'writes-follow-reads',
  'completion',
  'ownership',
]);

/**
 * The file of the status route, or of the route that starts the generation if the property is about what was written;
 * relative to the repository on a runner of GitHub Actions, otherwise to the working directory, with slashes. Without
 * these files, the history of a file that was judged.
 */
export function sourceFile(run: Pick<JudgedRun, 'sources' | 'file'>, property: string): string | undefined {
  const { status, start } = run.sources ?? {};
  const file = WRITING.has(property) ? (start ?? status) : (status ?? start);
  if (file === undefined) return run.file === '-' ? undefined : run.file;
  return relative(rootOf(file), file).split(sep).join('/');
}

/** Annotations and code scanning look for a file in the repository, whose subfolder a project may be. */
function rootOf(file: string): string {
  const repository = process.env['GITHUB_WORKSPACE'] ?? '';
  return repository !== '' && !relative(repository, file).startsWith('..') ? repository : process.cwd();
}
