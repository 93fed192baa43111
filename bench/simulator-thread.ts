/** Runs the requested number of simulations, and sends a message when they are done. */
import { parentPort } from 'node:worker_threads';
import { inBatch, runReference } from './reference.ts';

const WARM_UP_RUNS = 100;

async function runs(count: number): Promise<void> {
  await inBatch(() => {
    for (let seed = 0; seed < count; seed++) runReference(seed);
  });
  parentPort!.postMessage(count);
}

parentPort!.on('message', (count: number) => void runs(count));
await runs(WARM_UP_RUNS);
