/**
 * React without a screen: components that show nothing run their hooks and effects. Every update is synchronous, so that
 * React works in promise continuations alone, and not in tasks of the event loop that virtual time does not know.
 */
import { createRequire } from 'node:module';
import type * as React from 'react';
import { requirePackage } from '../../optional-package.ts';

const require = createRequire(import.meta.url);

export interface HeadlessReact {
  readonly react: typeof React;
  mount(element: React.ReactElement): MountedPage;
}

export interface MountedPage {
  unmount(): void;
}

interface Reconciler {
  createContainer(...settings: unknown[]): object;
  updateContainerSync(element: React.ReactElement | null, container: object): void;
  flushSyncWork(): void;
  flushPassiveEffects(): void;
}

/** @throws EnvironmentError if React is not installed */
export function loadHeadlessReact(neededBy: string): HeadlessReact {
  return (loaded ??= load(neededBy));
}

let loaded: HeadlessReact | undefined;

function load(neededBy: string): HeadlessReact {
  const react = requirePackage('react', neededBy, (name) => require(name) as typeof React);
  const create = requirePackage('react-reconciler', neededBy, (name) => require(name) as (host: object) => Reconciler);
  const { DiscreteEventPriority } = require('react-reconciler/constants') as { DiscreteEventPriority: number };
  const reconciler = create(hostOf(react, DiscreteEventPriority));
  const fail = (error: unknown): void => {
    throw error;
  };
  return {
    react,
    mount(element) {
      const container = reconciler.createContainer({}, CONCURRENT, null, false, null, '', fail, fail, fail, null);
      render(element);
      return { unmount: () => render(null) };

      function render(next: React.ReactElement | null): void {
        reconciler.updateContainerSync(next, container);
        reconciler.flushSyncWork();
        reconciler.flushPassiveEffects();
      }
    },
  };
}

const CONCURRENT = 1;

/** The host of a page without elements: what is missing in it belongs to elements. */
function hostOf(react: typeof React, priority: number): object {
  const nothing = (): null => null;
  const no = (): boolean => false;
  return {
    supportsMutation: true,
    supportsPersistence: false,
    supportsHydration: false,
    supportsMicrotasks: true,
    isPrimaryRenderer: true,
    warnsIfNotActing: false,
    noTimeout: -1,
    scheduleMicrotask: (work: () => void) => void Promise.resolve().then(work),
    scheduleTimeout: nothing,
    cancelTimeout: nothing,
    getRootHostContext: () => ({}),
    getChildHostContext: (context: object) => context,
    getPublicInstance: (instance: object) => instance,
    prepareForCommit: nothing,
    resetAfterCommit: nothing,
    preparePortalMount: nothing,
    clearContainer: nothing,
    removeChildFromContainer: nothing,
    getCurrentUpdatePriority: () => priority,
    setCurrentUpdatePriority: nothing,
    resolveUpdatePriority: () => priority,
    resolveEventType: nothing,
    resolveEventTimeStamp: () => -1,
    trackSchedulerEvent: nothing,
    shouldAttemptEagerTransition: no,
    requestPostPaintCallback: nothing,
    maySuspendCommit: no,
    startSuspendingCommit: nothing,
    suspendInstance: nothing,
    waitForCommitToBeReady: nothing,
    detachDeletedInstance: nothing,
    beforeActiveInstanceBlur: nothing,
    afterActiveInstanceBlur: nothing,
    getInstanceFromNode: nothing,
    getInstanceFromScope: nothing,
    prepareScopeUpdate: nothing,
    NotPendingTransition: null,
    HostTransitionContext: react.createContext(null),
    resetFormInstance: nothing,
  };
}
