/** Runs as many simulations as it is told to, and says when it is done. */
import { parentPort } from 'node:worker_threads';
import { runReference, together } from './reference.ts';

const WARM_UP_RUNS = 100;

async function runs(count: number): Promise<void> {
  await together(() => {
    for (let seed = 0; seed < count; seed++) runReference(seed);
  });
  parentPort!.postMessage(count);
}

parentPort!.on('message', (count: number) => void runs(count));
await runs(WARM_UP_RUNS);
