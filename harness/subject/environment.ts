import { currentInstance } from '../async-context.ts';
import type { SubjectEnvironment } from '../port/subject.ts';

/**
 * The environment variables from which Supabase applications usually read their settings, with old and new names. The
 * secret key has no name with a prefix of a framework: such variables are sent to the browser.
 */
export function supabaseVariables(environment: SubjectEnvironment): Record<string, string> {
  const { supabaseUrl, publishableKey, secretKey } = environment;
  const variables: Record<string, string> = { SUPABASE_SERVICE_ROLE_KEY: secretKey, SUPABASE_SECRET_KEY: secretKey };
  for (const prefix of PREFIXES) {
    variables[`${prefix}SUPABASE_URL`] = supabaseUrl;
    variables[`${prefix}SUPABASE_ANON_KEY`] = publishableKey;
    variables[`${prefix}SUPABASE_PUBLISHABLE_KEY`] = publishableKey;
  }
  return variables;
}

/** Of Next.js, Vite, SvelteKit and Astro, Nuxt, Expo, and Create React App. */
const PREFIXES = ['', 'NEXT_PUBLIC_', 'VITE_', 'PUBLIC_', 'NUXT_PUBLIC_', 'EXPO_PUBLIC_', 'REACT_APP_'];

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
