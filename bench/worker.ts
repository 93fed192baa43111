/** Runs as many simulations as it is told to, and says when it is done. */
import { parentPort } from 'node:worker_threads';
import { inMacrotask, simulatedTogether } from '../harness/simulation/simulate.ts';
import { runReference } from './reference.ts';

const WARM_UP_RUNS = 100;

async function runs(count: number): Promise<void> {
  const all = (): void => {
    for (let seed = 0; seed < count; seed++) runReference(seed);
  };
  await inMacrotask(() => simulatedTogether(all, Number.POSITIVE_INFINITY));
  parentPort!.postMessage(count);
}

parentPort!.on('message', (count: number) => void runs(count));
await runs(WARM_UP_RUNS);
