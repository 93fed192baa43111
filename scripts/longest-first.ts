/** The order in which vitest starts test files, of all suites together. */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds of the long files on two cores, roughly: only the order matters. A file that is not here takes less. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  'scenarios/workspace-fix.containers.test.ts': 460,
  'scenarios/legacy.containers.test.ts': 420,
  'scenarios/guarded.containers.test.ts': 380,
  'scenarios/theory.property.test.ts': 190,
  'scenarios/workspace-fix.embedded.test.ts': 180,
  'scenarios/guarded.embedded.test.ts': 150,
  'scenarios/legacy.embedded.test.ts': 150,
  'scripts/package.embedded.test.ts': 130,
  'fixtures/subjects/next-app/next-app.embedded.test.ts': 120,
  'harness/backend/containers/run.containers.test.ts': 100,
  'harness/cli/exhaustive.test.ts': 90,
  'harness/cli/verb-explore.test.ts': 90,
  'scripts/docs.embedded.test.ts': 80,
  'harness/up/environment-backend.embedded.test.ts': 80,
  'harness/cli/verb-merge.test.ts': 80,
  'harness/cli/mistakes.test.ts': 70,
  'harness/cli/verb-run.embedded.test.ts': 70,
  'scenarios/exhaustive.test.ts': 60,
  'harness/backend/remote/remote.embedded.test.ts': 60,
  'harness/cli/gate.test.ts': 60,
  'fixtures/planted/planted-reader.test.ts': 50,
  'fixtures/planted/planted-page.test.ts': 50,
  'fixtures/planted/planted-writer.test.ts': 40,
  'fixtures/planted/planted-clips.test.ts': 40,
  'fixtures/planted/planted-live.test.ts': 30,
  'harness/backend/containers/sweep.containers.test.ts': 40,
  'fixtures/planted/planted-live.embedded.test.ts': 40,
  'harness/runner/realtime-differential.embedded.test.ts': 40,
};

interface TestFile {
  /** Relative to the root of the project. */
  path: string;
  bytes: number;
}

/**
 * Starts long files before short ones, so that none is left for the end, when the other workers have nothing to do. Files
 * that mostly wait, for databases, containers and browsers, are spread evenly among those that compute, so that the cores
 * are always in use.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    return inOrder(files, ({ moduleId }) => ({ path: relative(root, moduleId), bytes: statSync(moduleId).size }));
  }
}

/** Sorts each kind by the seconds of the long files, then by size, and merges the two. */
export function inOrder<T>(files: readonly T[], describe: (file: T) => TestFile): T[] {
  const described = files.map((file) => ({ file, ...describe(file) }));
  const waits = ({ path }: TestFile): boolean => /\.(?:embedded|containers|browser|k6)\.test\.ts$/.test(path);
  const [waiting, computing] = [described.filter(waits), described.filter((each) => !waits(each))];
  const places = [waiting, computing].flatMap((kind) =>
    kind.toSorted(compare).map(({ file }, at) => ({ file, place: at / kind.length })),
  );
  return places.toSorted((a, b) => a.place - b.place).map(({ file }) => file);
}

function compare(a: TestFile, b: TestFile): number {
  return (LONG_FILES[b.path] ?? 0) - (LONG_FILES[a.path] ?? 0) || b.bytes - a.bytes;
}
