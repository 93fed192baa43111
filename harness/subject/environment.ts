import { AsyncLocalStorage } from 'node:async_hooks';
import type { SubjectEnvironment } from './subject.ts';

/** The environment variables by which Supabase applications usually learn of their project, old names and new. */
export function supabaseVariables(environment: SubjectEnvironment): Record<string, string> {
  const { supabaseUrl, publishableKey, secretKey } = environment;
  return {
    SUPABASE_URL: supabaseUrl,
    NEXT_PUBLIC_SUPABASE_URL: supabaseUrl,
    SUPABASE_ANON_KEY: publishableKey,
    NEXT_PUBLIC_SUPABASE_ANON_KEY: publishableKey,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SERVICE_ROLE_KEY: secretKey,
    SUPABASE_SECRET_KEY: secretKey,
  };
}

/** `task` and all that it sets going, timers and requests included, see `variables` as `process.env`. */
export function runInEnvironment<T>(variables: NodeJS.ProcessEnv, task: () => T): T {
  installed ??= install();
  return environments.run(variables, task);
}

const environments = new AsyncLocalStorage<NodeJS.ProcessEnv>();
let installed: true | undefined;

function install(): true {
  let outside = process.env;
  Object.defineProperty(process, 'env', {
    configurable: true,
    enumerable: true,
    get: () => environments.getStore() ?? outside,
    set: (value: NodeJS.ProcessEnv) => {
      outside = value;
    },
  });
  return true;
}
