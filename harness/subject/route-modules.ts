/** The routes of an application whose modules run in this process: route modules of Next.js, or functions. */
import { UsageError } from '../errors.ts';
import type { AppInstance, GenerationJob } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';
import type { KeyedRows } from './application.ts';
import { headersOfActor } from './attribution.ts';
import type { ModuleCalls } from './next-application.ts';
import type { LoadModule } from './module-loader.ts';
import type { RouteParams } from './route-paths.ts';
import type { Route, Routes } from './routes.ts';
import { startGeneration } from './start-generation.ts';

/** Functions of the application. Route modules take the place of those that are missing. */
export interface AppFunctions {
  /** The status endpoint. */
  status?(request: Request, key: string): Promise<Response>;
  /** Runs a generation to its end, step by step. `job.story` is the key. Rejects if the application gives up on it. */
  generate?(job: GenerationJob): Promise<void>;
  close?(): Promise<void>;
  /** `generate` does not follow `job.steps`: the application decides on its steps and their times, as with a route. */
  readonly hasOwnSteps?: true;
}

/** @throws UsageError if a route is neither a function nor a module */
export async function openRoutes(
  load: LoadModule,
  functions: AppFunctions,
  rows: KeyedRows,
  routes: Routes,
  calls: ModuleCalls,
): Promise<AppInstance> {
  const { status, generate, hasOwnSteps } = functions;
  const textOf = (story: string): string => keyText(rows.keyOf(story), rows.tracked);
  return {
    ...(generate === undefined || hasOwnSteps === true ? { hasOwnSteps: true } : {}),
    status:
      status === undefined
        ? await statusByModule(load, rows, routes)
        : (request, story) => status(request, textOf(story)),
    generate:
      generate === undefined
        ? await generateByModule(load, rows, routes, calls)
        : (job) => generate({ ...job, story: textOf(job.story) }),
    close: async () => functions.close?.(),
  };
}

async function statusByModule(load: LoadModule, { keyOf }: KeyedRows, routes: Routes): Promise<AppInstance['status']> {
  const route = requireRoute(routes.status, 'status');
  const answer = await loadHandler(load, route, 'GET');
  return async (request, story) => answer(request, contextOf(route, story, keyOf));
}

async function generateByModule(
  load: LoadModule,
  rows: KeyedRows,
  routes: Routes,
  calls: ModuleCalls,
): Promise<AppInstance['generate']> {
  const { keyOf, tracked } = rows;
  const route = requireRoute(routes.start, 'start');
  const { method } = route;
  const answer = await loadHandler(load, route, method);
  return (job) => {
    const { story, steps, outcome } = job;
    const key = keyOf(story);
    const path = route.pathFor(key);
    const send = async (): Promise<Response> => {
      const init = route.requestFor({ story, key, steps, outcome });
      const headers = headersOfActor(init.headers);
      const request = new Request(`http://app.invalid${path}`, { ...init, headers });
      return calls.answer(request, async () => answer(request, contextOf(route, story, keyOf)));
    };
    return startGeneration(job, { method, path, send }, tracked);
  };
}

type Handler = (request: Request, context: { params: Promise<RouteParams> }) => Promise<Response> | Response;

/** The promise also has the parameters as its own fields, for applications of Next.js before version 15. */
function contextOf(route: Route, story: string, keyOf: KeyedRows['keyOf']): { params: Promise<RouteParams> } {
  const params = route.paramsFor(keyOf(story));
  return { params: Object.assign(Promise.resolve(params), params) };
}

async function loadHandler(load: LoadModule, { files }: Route, method: string): Promise<Handler> {
  for (const file of files) {
    const found = await load<Record<string, unknown>>(file).catch((error: unknown) => {
      if (error instanceof UsageError && error.code === 'subject-module-missing') return undefined;
      throw error;
    });
    if (found === undefined) continue;
    const handler = found[method];
    if (typeof handler === 'function') return handler as Handler;
    throw invalid(
      `${file} exports no function ${method}`,
      'a route module of Next.js exports a function for each method',
    );
  }
  throw invalid(
    `the application has no module ${files.join(' or ')}`,
    'check the routes and the folder of the subject',
  );
}

function requireRoute<Known>(route: Known | undefined, name: string): Known {
  if (route !== undefined) return route;
  const hint = `give routes.${name}, or a function in the second argument of modules`;
  throw invalid(`the subject has no route to ${name === 'status' ? 'the status' : 'start a generation'}`, hint);
}

function invalid(message: string, hint: string): UsageError {
  return new UsageError('subject-invalid', message, hint);
}
