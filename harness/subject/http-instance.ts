/** An instance of an application behind HTTP. Its steps, and how long they take, are up to the application. */
import type { AppInstance, GenerationJob } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';
import { required } from '../required.ts';
import { headersForServer } from './attribution.ts';
import type { KeyedRows } from './application.ts';
import { routesOf, type Routes } from './routes.ts';
import { startGeneration } from './start-generation.ts';
import type { SubjectOptions } from './subject-options.ts';
import { defaultStatusPath } from '../status-path.ts';

export interface HttpPaths {
  /** Path of the status endpoint for a key; `/api/stories/:id/status` by default. */
  statusPath?(key: string): string;
  /** Path to which a POST starts a generation; `/api/stories/:id/generate` by default. */
  generatePath?(key: string): string;
}

/** The options of a subject behind HTTP: the path of the status endpoint is given by the key of a story. */
export type HttpSubjectOptions = Omit<SubjectOptions, 'statusPath' | 'runsAt' | 'isServer'> & HttpPaths;

const PATHS: Required<HttpPaths> = {
  statusPath: defaultStatusPath,
  generatePath: (key) => `/api/stories/${encodeURIComponent(key)}/generate`,
};

type GivenPaths = { [Name in keyof HttpPaths]: HttpPaths[Name] | undefined };

/** The routes of a subject whose options give paths. */
export function httpRoutes(
  { statusPath = PATHS.statusPath, generatePath = PATHS.generatePath }: GivenPaths,
  { tracked }: Pick<KeyedRows, 'tracked'>,
): Routes {
  return routesOf({
    status: (key) => statusPath(keyText(key, tracked)),
    start: (key) => generatePath(keyText(key, tracked)),
  });
}

/** The path that a tab asks for a story. */
export function statusPathOf({ keyOf }: Pick<KeyedRows, 'keyOf'>, { status }: Routes): (story: string) => string {
  return (story) => status?.pathFor(keyOf(story)) ?? '/';
}

/** @param base the URL of the application */
export function httpInstance(base: string, { keyOf, tracked }: KeyedRows, { start: route }: Routes): AppInstance {
  const start = required(route, 'the start route');
  return {
    hasOwnSteps: true,
    url: new URL(base).origin,
    status({ url, headers, signal }) {
      const { pathname, search } = new URL(url);
      return fetch(new URL(pathname + search, base), { headers: headersForServer(headers), signal });
    },
    generate(job: GenerationJob) {
      const { story, steps, outcome } = job;
      const key = keyOf(story);
      const { method } = start;
      const path = start.pathFor(key);
      const send = (): Promise<Response> => {
        const init = start.requestFor({ story, key, steps, outcome });
        return fetch(new URL(path, base), { ...init, headers: headersForServer(init.headers) });
      };
      return startGeneration(job, { method, path, send }, tracked);
    },
  };
}
