/** Reads a progress from the JSON of a status route whose fields are named like the columns of the tracked table. */
import { camelCase } from '../camel-case.ts';
import type { TrackedTable } from '../port/backend.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { percentOf, statusOf } from '../tracked-values.ts';

/**
 * A function that finds progress, status and generation under the name of their column, the same in camel case, or
 * `progress`, `status` and `generation`. It returns `undefined` if there is no progress.
 * @throws Error for a progress outside of the scale, which the function that is returned reports
 */
export function statusReader(tracked: TrackedTable): (body: unknown) => ObservedProgress | undefined {
  const progressNames = namesFor(tracked.progress, 'progress');
  const statusNames = tracked.status === undefined ? [] : namesFor(tracked.status, 'status');
  const generationNames = tracked.generation === undefined ? [] : namesFor(tracked.generation, 'generation');
  return (body) => {
    if (typeof body !== 'object' || body === null) return undefined;
    const fields = body as Readonly<Record<string, unknown>>;
    const found = fieldIn(fields, progressNames);
    if (found === undefined) return undefined;
    const progress = percentOf(found ?? 0, tracked);
    if (!(progress >= 0 && progress <= 100)) throw outsideOfScale(found, tracked);
    const status = fieldIn(fields, statusNames) ?? undefined;
    return {
      generation: Number(fieldIn(fields, generationNames) ?? 1),
      progress,
      ...(status === undefined ? {} : { status: statusOf(String(status), tracked) }),
    };
  };
}

/** The number of a generation in an answer; `undefined` if the tracked table has none or the answer does not tell it. */
export function generationIn(text: string, { generation }: Pick<TrackedTable, 'generation'>): number | undefined {
  if (generation === undefined) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return undefined;
    const found = fieldIn(body as Readonly<Record<string, unknown>>, namesFor(generation, 'generation'));
    return Number.isInteger(found) ? Number(found) : undefined;
  } catch {
    return undefined;
  }
}

function namesFor(column: string, word: string): string[] {
  return [column, camelCase(column), word];
}

/** The first field that is there, which may be null. */
function fieldIn(fields: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const name = names.find((each) => fields[each] !== undefined);
  return name === undefined ? undefined : fields[name];
}

function outsideOfScale(value: unknown, { progressMax = 100 }: TrackedTable): Error {
  return new Error(
    `the progress ${JSON.stringify(value)} is not a number from 0 to ${progressMax}, the scale of the subject`,
  );
}
