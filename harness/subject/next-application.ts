/** How the modules of an application are called: those of a Next.js application expect what its server adds. */
import { createRequire } from 'node:module';
import { currentOperation } from '../async-context.ts';
import { memoize } from '../loader/memoize.ts';
import { asNextRequest } from './next-modules.ts';
import { answerInScope, runInScope } from './request-scope.ts';

export interface ModuleCalls {
  /** Calls a route handler. */
  answer(request: Request, handler: () => Promise<Response>): Promise<Response>;
  /** Calls a function that no request has called. */
  work(task: () => Promise<void>): Promise<void>;
}

/** @param root folder of the application, which is one of Next.js if the package is installed there */
export function callsFor(root: URL): ModuleCalls {
  return hasNext(root.href) ? IN_SCOPE : PLAIN;
}

const PLAIN: ModuleCalls = { answer: (_, handler) => handler(), work: (task) => task() };

const IN_SCOPE: ModuleCalls = {
  answer: (request, handler) => answerInScope(asNextRequest(request), handler),
  work: (task) => runInScope(new Headers(currentOperation()?.credentials), task),
};

const hasNext = memoize((root) => {
  try {
    createRequire(root).resolve('next/package.json');
    return true;
  } catch {
    return false;
  }
});
