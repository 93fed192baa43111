/** The worker thread of a search: it receives its job at the start, and then one request at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { RatchetError } from '../errors.ts';
import { userMistake } from '../loader/user-mistake.ts';
import { required } from '../required.ts';
import type { Answer, Request } from './search-workers.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { openSearcher, type SearchJob } from './search-job.ts';

const port = required(parentPort, 'the thread that starts this one');
const answer = (message: Answer): void => port.postMessage(message);
const searcher = openSearcher(workerData as SearchJob);
searcher.catch(reportError);

port.on('message', (request: Request) => {
  searcher.then(
    (ready) => inMacrotask(() => serve(ready, request)),
    () => undefined,
  );
});

function serve(ready: Awaited<typeof searcher>, request: Request): void {
  try {
    if ('search' in request) answer({ result: ready.search(request.search.chunk, request.search.runs) });
    else answer({ result: ready.shrink(request.shrink, (smaller) => answer({ smaller })) });
  } catch (error) {
    reportError(error);
  }
}

/** Stacks do not leave the thread, so what a user's file has caused is found here. */
function reportError(thrown: unknown): void {
  const error = thrown instanceof RatchetError ? thrown : (userMistake(thrown) ?? thrown);
  const { name, message } = error as Error;
  const { code, hint, exitCode } = error instanceof RatchetError ? error : ({} as Partial<RatchetError>);
  answer({
    error: {
      name,
      message,
      ...(code === undefined ? {} : { code }),
      ...(hint === undefined ? {} : { hint }),
      ...(exitCode === undefined ? {} : { exitCode }),
    },
  });
}
