/** The two routes of an application: one answers with the status of a story, the other starts a generation. */
import type { TrackedTable } from '../port/backend.ts';
import type { GenerationJob, Key, ObservedProgress } from '../port/subject.ts';
import { statusOf } from '../tracked-values.ts';
import { isRouteFile } from '../route-file.ts';
import { routeFiles, routePath, type RouteParams } from './route-paths.ts';
import { statusReader } from './status-reader.ts';

/**
 * A path such as `/api/jobs/:id`, the file of a Next.js route such as `app/api/jobs/[id]/route.ts`, or a function that
 * returns the path of a key.
 */
export type RouteChoice = string | ((key: Key) => string);

export interface StatusRoute {
  path: RouteChoice;
  /**
   * Reads the progress from the JSON of an answer with status 200: a number from 0 to 100, or an object with a `progress`
   * from 0 to 100 and optionally `status` and `generation`; `undefined` if there is none. By default, the fields are named
   * like the columns, the columns in camel case, or `progress`, `status` and `generation`, and have the scale of the column.
   */
  read?(body: unknown): number | ReadProgress | undefined;
}

/** What a reader returns. The words of the application for `completed` and `failed` are translated. */
export interface ReadProgress {
  progress: number;
  status?: string | null;
  generation?: number;
}

export interface StartRoute {
  path: RouteChoice;
  /** `POST` by default. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing by default. */
  body?: object | ((start: StartedStory) => object);
}

/** What the body of a start request can be made of. */
export interface StartedStory extends Pick<GenerationJob, 'story' | 'steps' | 'outcome'> {
  key: Key;
}

export interface RoutesDefinition {
  status: RouteChoice | StatusRoute;
  start: RouteChoice | StartRoute;
}

/** A route in the form that the adapters use. */
export interface Route {
  /** Where its Next.js route module may be; none, if the route is a function. */
  files: readonly string[];
  pathFor(key: Key): string;
  paramsFor(key: Key): RouteParams;
}

export interface Routes {
  status: Route | undefined;
  start: (Route & { method: string; requestFor(start: StartedStory): StartInit }) | undefined;
}

/** A `RequestInit` of the start route. */
export interface StartInit {
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

export function routesOf({ status, start }: Partial<RoutesDefinition>): Routes {
  return {
    status: status === undefined ? undefined : routeOf(pathIn(status)),
    start: start === undefined ? undefined : startRouteOf(typeof start === 'object' ? start : { path: start }),
  };
}

/** The reader of the status route's answers. */
export function readerOf(
  status: RoutesDefinition['status'] | undefined,
  tracked: TrackedTable,
): (body: unknown) => ObservedProgress | undefined {
  const read = typeof status === 'object' ? status.read : undefined;
  if (read === undefined) return statusReader(tracked);
  return (body) => {
    const found = read(body);
    if (found === undefined) return undefined;
    const { progress, status: word, generation = 1 } = typeof found === 'number' ? { progress: found } : found;
    return {
      generation,
      progress,
      ...(word === undefined || word === null ? {} : { status: statusOf(word, tracked) }),
    };
  };
}

function pathIn(route: RouteChoice | StatusRoute | StartRoute): RouteChoice {
  return typeof route === 'object' ? route.path : route;
}

function routeOf(choice: RouteChoice): Route {
  if (typeof choice === 'function') return { files: [], pathFor: choice, paramsFor: () => ({}) };
  return { files: isRouteFile(choice) ? [choice] : routeFiles(choice), ...routePath(choice) };
}

function startRouteOf({ path, method = 'POST', headers = {}, body }: StartRoute): NonNullable<Routes['start']> {
  return {
    ...routeOf(path),
    method,
    requestFor(start) {
      if (body === undefined) return { method, headers };
      const sent = JSON.stringify(typeof body === 'function' ? body(start) : body);
      return { method, headers: { 'content-type': 'application/json', ...headers }, body: sent };
    },
  };
}
