/** What the preflight needs: a story whose row exists, a running application, and what was observed of both. */
import type { Clock } from '../clock.ts';
import type { Exchange } from '../gateway/gateway.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { Subject } from '../port/subject.ts';

export interface Trial {
  subject: Pick<Subject, 'tracked' | 'readStatus' | 'runsAt'>;
  /** The story as the plan names it. */
  story: string;
  clock: Clock;
  /** The URL that the application was given as that of its Supabase. */
  gatewayUrl: string;
  /** Whether the application was running before, with a Supabase of its own: then its requests pass by the gateway. */
  isDirect: boolean;
  /** How long a check waits for the application. */
  timeoutMs: number;
  /** Whether the backend reports commits. Otherwise, the progress is observed through the status route. */
  hasCommits: boolean;
  /** The requests that have passed the gateway, in the order of their ends. */
  exchanges: readonly Exchange[];
  /** All events so far. The key of a commit is the story, or the key of a row of no story. */
  events: readonly HistoryEvent[];
  /** Asks the status route as a tab does. Rejects as `AppInstance.status` does. */
  ask(): Promise<Response>;
  /**
   * Runs one generation, with short steps, on behalf of a worker.
   * @returns when it is over, the reason why the application gave up, if it did
   */
  generate(): Promise<string | undefined>;
  /** Whether the application has taken steps of its own, although it was given those of the plan. */
  ignoresSteps(): boolean;
}

export type CheckName = 'row' | 'application' | 'route' | 'progress' | 'movement' | 'gateway' | 'end';

/** The result of one check. The first that fails is the last. */
export type Check = PassedCheck | FailedCheck;

export interface PassedCheck {
  name: CheckName;
  ok: true;
  /** In a few words: `route answered 200`. */
  found: string;
}

/** Why a check failed. */
export interface Problem {
  /** What is probably wrong, by its name in `defineSubject`: `routes.status`. */
  field: string;
  /** What was found, with its value. */
  found: string;
  /** What to do. */
  remedy: string;
}

export interface FailedCheck extends Problem {
  name: CheckName;
  ok: false;
}
