/** Path and query of an application's status endpoint that says none of its own. */
export function defaultStatusPath(story: string): string {
  return `/api/stories/${encodeURIComponent(story)}/status`;
}

/** Path and query of the status endpoint for a story. */
export function statusPathFor({ statusPath = defaultStatusPath }: StatusPaths, story: string): string {
  return statusPath(story);
}

interface StatusPaths {
  statusPath?: ((story: string) => string) | undefined;
}
