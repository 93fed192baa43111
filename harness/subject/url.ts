/** The kind of subject that runs already, somewhere: it has its own Supabase and paces itself. */
import type { AppInstance, GenerationJob, Subject } from '../port/subject.ts';

export interface HttpPaths {
  /** Path of the status endpoint; `/api/stories/:id/status` by default. */
  statusPath?(story: string): string;
  /** Path that starts a generation when posted to; `/api/stories/:id/generate` by default. */
  generatePath?(story: string): string;
}

export interface UrlSubjectOptions extends Omit<Subject, 'createInstance' | 'capabilities'>, HttpPaths {
  /** Where the application answers, e.g. `https://staging.example.com`. */
  url: string;
}

export function urlSubject({ url, statusPath, generatePath, ...subject }: UrlSubjectOptions): Subject {
  const paths = { ...(statusPath && { statusPath }), ...(generatePath && { generatePath }) };
  return { ...subject, createInstance: async () => httpInstance(url, paths) };
}

/**
 * An application behind HTTP. A generation counts as run once the application has accepted it: its steps
 * and its end are the application's own. The number is that of the answer's `generation`, otherwise 1.
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
