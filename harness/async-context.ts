/**
 * What code finds out about itself without being told, wherever it goes on: after an `await`, in a timer, in a package
 * that others use too. One store for all of it: each store that is entered takes a copy of all the others.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { AppClock } from './clock.ts';

/** On whose behalf code runs. */
export interface Operation {
  actor: string;
  operation: string;
  gatewayUrl: string;
}

/** What an instance of the application has of its own. */
export interface InstanceSettings {
  environment: NodeJS.ProcessEnv;
  /** Where its clock may be wrong. */
  clock?: AppClock | undefined;
  /** It was killed: none of its requests is sent any more. */
  isDead?: boolean;
}

interface AsyncContext {
  readonly operation: Operation | undefined;
  instance: InstanceSettings | undefined;
}

const asyncContext = new AsyncLocalStorage<AsyncContext>();

/** `task` and all that it sets going is part of `operation`, and of the first instance that takes it up. */
export function onBehalfOf<T>(operation: Operation, task: () => T): T {
  return asyncContext.run({ operation, instance: undefined }, task);
}

/** `task` and all that it sets going is that instance's. */
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
