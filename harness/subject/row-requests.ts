/** The requests of an application for rows that exist already, which no plan has named. */
import type { TrackedTable } from '../port/backend.ts';
import type { SubjectRequests } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';
import type { Routes } from './routes.ts';

/** `undefined` for an application without a status route. The steps of a start are none: they are up to the application. */
export function requestsOf({ status, start }: Routes, tracked: TrackedTable): SubjectRequests | undefined {
  if (status === undefined) return undefined;
  const requests: SubjectRequests = { statusPath: (key) => status.pathFor(key) };
  if (start !== undefined) {
    requests.start = (key) => {
      const init = start.requestFor({ story: keyText(key, tracked), key, steps: [], outcome: 'completed' });
      return { path: start.pathFor(key), ...init };
    };
  }
  return requests;
}
