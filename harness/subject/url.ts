/** A subject that is already running somewhere: it has its own Supabase, and its own timing. */
import { subjectFields, type SubjectOptions } from './subject-options.ts';
import type { AppInstance, GenerationJob, Subject } from '../port/subject.ts';

export interface HttpPaths {
  /** Path of the status endpoint; `/api/stories/:id/status` by default. */
  statusPath?(story: string): string;
  /** Path to which a POST starts a generation; `/api/stories/:id/generate` by default. */
  generatePath?(story: string): string;
}

export interface UrlSubjectOptions extends SubjectOptions, HttpPaths {
  /** Base URL of the application, e.g. `https://staging.example.com`. */
  url: string;
}

export function urlSubject({ url, statusPath, generatePath, ...subject }: UrlSubjectOptions): Subject {
  const paths = { ...(statusPath && { statusPath }), ...(generatePath && { generatePath }) };
  return { ...subjectFields(subject), createInstance: async () => httpInstance(url, paths) };
}

/**
 * An application behind HTTP. `generate` resolves once the application has accepted the generation; its steps
 * and its end are up to the application. Its number is `generation` in the answer, 1 if that is missing.
 */
export function httpInstance(url: string, paths: HttpPaths): AppInstance {
  const statusPath = paths.statusPath ?? ((story) => `/api/stories/${encodeURIComponent(story)}/status`);
  const generatePath = paths.generatePath ?? ((story) => `/api/stories/${encodeURIComponent(story)}/generate`);
  return {
    status(request, story) {
      const target = new URL(statusPath(story), url);
      for (const [name, value] of new URL(request.url).searchParams) target.searchParams.append(name, value);
      return fetch(target, { headers: request.headers, signal: request.signal });
    },
    generate: (job) => start(new URL(generatePath(job.story), url), job),
  };
}

async function start(url: URL, job: GenerationJob): Promise<void> {
  const response = await fetch(url, { method: 'POST' });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url.pathname} answered ${response.status}`);
  job.started(generationIn(text) ?? 1);
}

function generationIn(text: string): number | undefined {
  try {
    const { generation } = JSON.parse(text) as { generation?: unknown };
    return typeof generation === 'number' ? generation : undefined;
  } catch {
    return undefined;
  }
}
