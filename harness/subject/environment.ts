import { currentInstance } from '../async-context.ts';
import type { SubjectEnvironment } from '../port/subject.ts';

/** The environment variables that Supabase applications usually read, with old and new names. */
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

/**
 * The environment of this process plus `variables`, for an instance that may change it. It is copied when the instance
 * first changes or enumerates it: most instances only read one or two variables, and there may be hundreds.
 */
export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { env: outside } = process;
  let isCopied = false;
  const copied = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
    if (isCopied) return own;
    isCopied = true;
    return Object.assign(own, { ...outside, ...own });
  };
  return new Proxy<NodeJS.ProcessEnv>(
    { ...variables },
    {
      get: (own, name: string) => (isCopied || Object.hasOwn(own, name) ? own : outside)[name],
      has: (own, name) => Reflect.has(copied(own), name),
      ownKeys: (own) => Reflect.ownKeys(copied(own)),
      getOwnPropertyDescriptor: (own, name) => Reflect.getOwnPropertyDescriptor(copied(own), name),
      set: (own, name, value) => Reflect.set(copied(own), name, value),
      defineProperty: (own, name, as) => Reflect.defineProperty(copied(own), name, as),
      deleteProperty: (own, name) => Reflect.deleteProperty(copied(own), name),
    },
  );
}

/** Makes `process.env` return the environment of the instance whose code reads it; other code sees no change. */
export function installInstanceEnvironments(): void {
  if (isInstalled) return;
  isInstalled = true;
  let outside = process.env;
  Object.defineProperty(process, 'env', {
    configurable: true,
    enumerable: true,
    get: () => currentInstance()?.environment ?? outside,
    set: (value: NodeJS.ProcessEnv) => {
      outside = value;
    },
  });
}

let isInstalled = false;
