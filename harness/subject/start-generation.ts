/** Starts a generation by a request, and waits until the application has ended it. */
import type { TrackedTable } from '../port/backend.ts';
import type { GenerationJob } from '../port/subject.ts';
import { generationIn } from './status-reader.ts';

export interface StartRequest {
  method: string;
  /** Of the start route, for errors. */
  path: string;
  send(): Promise<Response>;
}

/**
 * The application may end the generation before it answers, or only accept it: the number of the generation is in the
 * answer or in its commits, and its end is in its commits.
 * @throws Error with status, path and the first line of the answer, if the application refuses
 */
export async function startGeneration(job: GenerationJob, request: StartRequest, tracked: TrackedTable): Promise<void> {
  const response = await request.send();
  const text = await response.text();
  if (!response.ok) throw new Error(describe(request, response.status, text));
  job.started(generationIn(text, tracked));
  await job.ended();
}

const LINE_LENGTH = 200;

function describe({ method, path }: StartRequest, status: number, text: string): string {
  const [line = ''] = text.trim().split('\n', 1);
  return `${method} ${path} answered ${status}${line === '' ? '' : `: ${line.slice(0, LINE_LENGTH)}`}`;
}
