/** A subject that is already running somewhere: it has its own Supabase, and its own timing. */
import type { Subject } from '../port/subject.ts';
import type { Application } from './application.ts';
import { httpInstance, httpRoutes, statusPathOf, type HttpSubjectOptions } from './http-instance.ts';
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
    createInstance: async () => httpInstance(base, subject, routes),
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
    createInstance: async (_, rows, routes) => httpInstance(base, rows, routes),
  };
}
