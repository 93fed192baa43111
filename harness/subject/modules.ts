/** A subject whose modules run in this process, loaded anew for each instance of the application. */
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asInstance, type InstanceSettings } from '../async-context.ts';
import { environmentWith, supabaseVariables, installInstanceEnvironments } from './environment.ts';
import { createModuleLoader, type LoadModule } from './module-loader.ts';
import type { AppInstance, GenerationJob, Subject, SubjectCapability, SubjectEnvironment } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';
import { callsFor } from './next-application.ts';
import type { Application, KeyedRows } from './application.ts';
import { openedBy, requireFunctions } from './opened-functions.ts';
import { openRoutes, type AppFunctions } from './route-modules.ts';
import { subjectFields, type SubjectOptions } from './subject-options.ts';

export type { LoadModule };

export interface ModulesSubjectOptions extends SubjectOptions, Variables {
  /** The application's folder: `@/…` and the paths given to `load` are relative to it. */
  root: URL;
  /**
   * Loads the modules that the instance needs. Each instance has its own application modules; packages are shared. Its
   * functions get the key of a story as text, which is the name of the story if the subject has no `keyOf`.
   */
  open(load: LoadModule): Promise<AppInstance>;
}

interface Variables {
  /** Environment variables in addition to the usual names of Supabase's settings. */
  variables?(environment: SubjectEnvironment): Record<string, string>;
}

const CAPABILITIES: readonly SubjectCapability[] = ['data-cache', 'clock-skew', 'instance-restart'];

/** Every instance has its own application modules, singletons included, and its own `process.env`. */
export function modulesSubject({ root, variables, open, ...options }: ModulesSubjectOptions): Subject {
  const subject = subjectFields(options);
  return {
    ...subject,
    capabilities: CAPABILITIES,
    createInstance: (environment) =>
      openInstance({ root, environment, variables }, async (load) =>
        withKeys(requireFunctions(await openedBy(open, load)), subject),
      ),
  };
}

/**
 * An application whose modules run in this process, with its own module state for each instance.
 * @param root its folder
 * @param open loads the functions that take the place of routes; by default both are route modules
 */
export function modules(
  root: string | URL,
  open: (load: LoadModule) => Promise<AppFunctions> = async () => ({}),
  options: Variables = {},
): Application & { kind: 'modules' } {
  const folder = typeof root === 'string' && !root.startsWith('file:') ? resolve(root) : fileURLToPath(root);
  const location = pathToFileURL(`${folder}/`);
  return {
    kind: 'modules',
    name: basename(folder),
    folder,
    capabilities: CAPABILITIES,
    hasFunctions: true,
    createInstance: (environment, rows, routes) =>
      openInstance({ root: location, environment, variables: options.variables }, async (load) =>
        openRoutes(load, await openedBy(open, load), rows, routes, callsFor(location)),
      ),
  };
}

async function openInstance(
  { root, environment, variables }: { root: URL; environment: SubjectEnvironment; variables: Variables['variables'] },
  open: (load: LoadModule) => Promise<AppInstance>,
): Promise<AppInstance> {
  installInstanceEnvironments();
  const own = environmentWith({ ...supabaseVariables(environment), ...variables?.(environment) });
  const { clock, fetchCache } = environment;
  const settings: InstanceSettings = { environment: own, clock, fetchCache };
  const calls = callsFor(root);
  const within = <T>(task: () => T): T => asInstance(settings, task);
  const instance = await within(() => open(createModuleLoader(root)));
  return {
    ...(instance.hasOwnSteps === undefined ? {} : { hasOwnSteps: true }),
    status: (request, story) => {
      const answer = (): Promise<Response> => calls.answer(request, () => instance.status(request, story));
      return within(fetchCache === undefined ? answer : () => fetchCache.inRequest(answer));
    },
    generate: (job) => within(() => calls.work(() => instance.generate(job))),
    close: () => within(async () => instance.close?.()),
    async kill() {
      settings.isDead = true;
    },
  };
}

/** The functions of an application know the keys of the stories, not their names. */
function withKeys(instance: AppInstance, { keyOf, tracked }: KeyedRows): AppInstance {
  const textOf = (story: string): string => keyText(keyOf(story), tracked);
  return {
    ...(instance.hasOwnSteps === undefined ? {} : { hasOwnSteps: true }),
    status: (request, story) => instance.status(request, textOf(story)),
    generate: (job: GenerationJob) => instance.generate({ ...job, story: textOf(job.story) }),
    close: async () => instance.close?.(),
  };
}
