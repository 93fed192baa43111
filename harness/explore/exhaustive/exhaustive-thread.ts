/** The thread of an exhaustive search: it receives its job at the start, and then one call at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../../required.ts';
import type { Answer } from '../asked-thread.ts';
import { sentError } from '../thread-errors.ts';
import { enumeratorsOf, localExhaustiveWorker, type ExhaustiveJob } from './exhaustive-job.ts';
import type { Call } from './exhaustive-workers.ts';

const port = required(parentPort, 'the thread that starts this one');
const answer = (message: Answer<unknown>): void => port.postMessage(message);
const open = enumeratorsOf(workerData as ExhaustiveJob);

port.on('message', (call: Call) => {
  answered(call).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ error: sentError(error) }),
  );
});

function answered(call: Call): Promise<unknown> {
  const worker = localExhaustiveWorker(() => open(call.base));
  if (call.method === 'facts') return worker.facts();
  return call.method === 'first' ? worker.first(...call.args) : worker.second(...call.args);
}
