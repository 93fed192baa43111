/** The order in which vitest starts test files: no long one is left for the end, when the other workers have nothing to do. */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds of the long files on two cores, roughly: only the order matters. A file that is not here takes less. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'scripts/package.embedded.test.ts': 100,
  'scenarios/theory.property.test.ts': 80,
  'scenarios/exhaustive.test.ts': 60,
  'fixtures/planted/planted-reader.test.ts': 40,
  'fixtures/planted/planted-writer.test.ts': 30,
  'fixtures/planted/planted-page.test.ts': 30,
  'fixtures/planted/planted-clips.test.ts': 30,
};

/**
 * Starts the long files first, then the larger before the smaller, of all suites together: tests of databases mostly
 * wait, and leave the cores to those that compute.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return inOrder(files, ({ moduleId }) => ({
      path: relative(this.ctx.config.root, moduleId),
      bytes: statSync(moduleId).size,
    }));
  }
}

/** Sorts by the seconds of the long files, then by size. */
export function inOrder<T>(files: readonly T[], describe: (file: T) => { path: string; bytes: number }): T[] {
  const ranked = files.map((file) => {
    const { path, bytes } = describe(file);
    return { file, seconds: LONG_FILES[path] ?? 0, bytes };
  });
  return ranked.toSorted((a, b) => b.seconds - a.seconds || b.bytes - a.bytes).map(({ file }) => file);
}
