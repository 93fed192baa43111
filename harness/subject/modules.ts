/** The kind of subject whose modules run in this process, fresh for every instance of the application. */
import { asInstance, type InstanceSettings } from '../async-context.ts';
import { environmentWith, supabaseVariables, tellEnvironmentByInstance } from './environment.ts';
import { createModuleLoader, type LoadModule } from './module-loader.ts';
import type { AppInstance, Subject, SubjectEnvironment } from '../port/subject.ts';

export type { LoadModule };

export interface ModulesSubjectOptions extends Omit<Subject, 'createInstance' | 'capabilities'> {
  /** The application's folder: what `@/…` and the paths of `load` are relative to. */
  root: URL;
  /** Environment variables beyond the usual names of Supabase's settings. */
  variables?(environment: SubjectEnvironment): Record<string, string>;
  /** Loads what the instance needs. The application's modules are fresh, packages are shared. */
  open(load: LoadModule): Promise<AppInstance>;
}

/** Every instance has its own application modules, singletons included, and its own `process.env`. */
export function modulesSubject({ root, variables, open, ...subject }: ModulesSubjectOptions): Subject {
  return {
    ...subject,
    capabilities: ['clock-skew', 'instance-restart'],
    async createInstance(environment) {
      tellEnvironmentByInstance();
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
