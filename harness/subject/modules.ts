/** A subject whose modules run in this process, loaded anew for each instance of the application. */
import { asInstance, type InstanceSettings } from '../async-context.ts';
import { environmentWith, supabaseVariables, installInstanceEnvironments } from './environment.ts';
import { createModuleLoader, type LoadModule } from './module-loader.ts';
import type { AppInstance, Subject, SubjectEnvironment } from '../port/subject.ts';
import { subjectFields, type SubjectOptions } from './subject-options.ts';

export type { LoadModule };

export interface ModulesSubjectOptions extends SubjectOptions {
  /** The application's folder: `@/…` and the paths given to `load` are relative to it. */
  root: URL;
  /** Environment variables in addition to the usual names of Supabase's settings. */
  variables?(environment: SubjectEnvironment): Record<string, string>;
  /** Loads the modules that the instance needs. Each instance has its own application modules; packages are shared. */
  open(load: LoadModule): Promise<AppInstance>;
}

/** Every instance has its own application modules, singletons included, and its own `process.env`. */
export function modulesSubject({ root, variables, open, ...subject }: ModulesSubjectOptions): Subject {
  return {
    ...subjectFields(subject),
    capabilities: ['clock-skew', 'instance-restart'],
    async createInstance(environment) {
      installInstanceEnvironments();
      const own = environmentWith({ ...supabaseVariables(environment), ...variables?.(environment) });
      const settings: InstanceSettings = { environment: own, clock: environment.clock };
      const within = <T>(task: () => T): T => asInstance(settings, task);
      const instance = await within(() => open(createModuleLoader(root)));
      return {
        status: (request, story) => within(() => instance.status(request, story)),
        generate: (job) => within(() => instance.generate(job)),
        close: () => within(async () => instance.close?.()),
        async kill() {
          settings.isDead = true;
        },
      };
    },
  };
}
