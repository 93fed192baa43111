/** A subject that is already running somewhere: it has its own Supabase, and its own timing. */
import { EnvironmentError } from '../errors.ts';
import type { AppInstance, Subject } from '../port/subject.ts';
import type { Application, KeyedRows } from './application.ts';
import { httpInstance, httpRoutes, statusPathOf, type HttpSubjectOptions } from './http-instance.ts';
import type { Routes } from './routes.ts';
import { subjectFields } from './subject-options.ts';

export interface UrlSubjectOptions extends HttpSubjectOptions {
  /** Base URL of the application, e.g. `https://staging.example.com`. */
  url: string;
}

export function urlSubject({ url: base, statusPath, generatePath, ...options }: UrlSubjectOptions): Subject {
  const subject = subjectFields(options);
  const routes = httpRoutes({ statusPath, generatePath }, subject);
  return {
    ...subject,
    runsAt: base,
    statusPath: statusPathOf(subject, routes),
    createInstance: () => instanceAt(base, subject, routes),
  };
}

/**
 * An application that is already running, with a Supabase of its own.
 * @param base its URL, e.g. `https://staging.example.com`
 */
export function url(base: string): Application & { kind: 'url' } {
  return {
    kind: 'url',
    name: URL.canParse(base) ? new URL(base).hostname : 'app',
    folder: process.cwd(),
    capabilities: [],
    runsAt: base,
    createInstance: (_, rows, routes) => instanceAt(base, rows, routes),
  };
}

const ANSWERS_WITHIN_MS = 10_000;

/** Any answer counts, including an error page. */
async function instanceAt(base: string, rows: KeyedRows, routes: Routes): Promise<AppInstance> {
  try {
    const response = await fetch(base, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS), redirect: 'manual' });
    await response.body?.cancel();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new EnvironmentError(
      'subject-unreachable',
      `the application at ${base} does not answer: ${cause instanceof Error ? cause.message : message}`,
      'start it, or correct the URL in the subject',
      error,
    );
  }
  return httpInstance(base, rows, routes);
}
