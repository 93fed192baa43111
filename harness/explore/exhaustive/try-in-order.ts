/** Divides tasks among workers, and takes their results in the order of the tasks. */
import { itemAt } from '../../required.ts';

export interface WorkDivision<Worker> {
  workers: readonly Worker[];
  signal: AbortSignal;
}

/**
 * @param take called with each result, in order; returns true to end: later results are not taken
 */
export async function tryInOrder<Task, Result, Worker>(
  tasks: readonly Task[],
  { workers, signal }: WorkDivision<Worker>,
  attempt: (worker: Worker, task: Task) => Promise<Result>,
  take: (result: Result, task: Task) => boolean,
): Promise<void> {
  const waiting = new Map<number, { result: Result }>();
  let next = 0;
  let taken = 0;
  let isOver = false;
  const isDone = (): boolean => isOver || next >= tasks.length || signal.aborted;
  const takeAll = (): void => {
    for (let first = waiting.get(taken); first !== undefined && !isOver; first = waiting.get(taken)) {
      waiting.delete(taken);
      isOver = take(first.result, itemAt(tasks, taken));
      taken += 1;
    }
  };
  const work = async (worker: Worker): Promise<void> => {
    while (!isDone()) {
      const at = next++;
      waiting.set(at, { result: await attempt(worker, itemAt(tasks, at)) });
      takeAll();
    }
  };
  await Promise.all(workers.map(work));
}
