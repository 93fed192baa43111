/** The worker thread of a search: it receives its job at the start, and then one request at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../required.ts';
import { countBranches } from './branch-counts.ts';
import type { Request, SearchAnswer } from './search-workers.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { sentError } from './thread-errors.ts';
import { openSearcher, type SearchJob } from './search-job.ts';

const port = required(parentPort, 'the thread that starts this one');
const answer = (message: SearchAnswer): void => port.postMessage(message);
const job = workerData as SearchJob;
// Before the subject is loaded.
const branches = job.countsBranches === true ? countBranches() : undefined;
const searcher = openSearcher(job);
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
    else if ('branches' in request) answer({ result: branches?.() ?? [] });
    else answer({ result: ready.shrink(request.shrink, (smaller) => answer({ more: smaller })) });
  } catch (error) {
    reportError(error);
  }
}

function reportError(thrown: unknown): void {
  answer({ error: sentError(thrown) });
}
