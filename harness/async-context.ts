/**
 * The operation and the instance that the running code belongs to, found from anywhere in that code: after an `await`,
 * in a timer, in a package that other instances share. There is one `AsyncLocalStorage` for both, because entering one
 * copies all others.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AppClock } from './clock.ts';
import type { FetchCache } from './port/subject.ts';

/** The operation of an actor that code runs for. */
export interface Operation {
  actor: string;
  operation: string;
  gatewayUrl: string;
  /** The headers with which the actor's browser shows who is signed in. */
  credentials?: Readonly<Record<string, string>> | undefined;
}

/** The settings that each instance of the application has for itself. */
export interface InstanceSettings {
  environment: NodeJS.ProcessEnv;
  /** Only if the plan makes the clock of an instance wrong. */
  clock?: AppClock | undefined;
  /** Only if the plan has a cache between the application and Supabase. */
  fetchCache?: FetchCache | undefined;
  /** The instance was killed; its requests are no longer sent. */
  isDead?: boolean;
}

interface AsyncContext {
  readonly operation: Operation | undefined;
  instance: InstanceSettings | undefined;
}

const asyncContext = new AsyncLocalStorage<AsyncContext>();

/** Runs `task` as part of `operation`, and of the first instance that it enters. All that it starts inherits both. */
export function onBehalfOf<T>(operation: Operation, task: () => T): T {
  return asyncContext.run({ operation, instance: undefined }, task);
}

/** Runs `task` as code of `instance`. Everything that `task` starts inherits that. */
export function asInstance<T>(instance: InstanceSettings, task: () => T): T {
  const around = asyncContext.getStore();
  if (around === undefined || around.instance !== undefined) {
    return asyncContext.run({ operation: around?.operation, instance }, task);
  }
  around.instance = instance;
  return task();
}

export function currentOperation(): Readonly<Operation> | undefined {
  return asyncContext.getStore()?.operation;
}

export function currentInstance(): Readonly<InstanceSettings> | undefined {
  return asyncContext.getStore()?.instance;
}
