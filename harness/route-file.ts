/** Files of routes of the App Router of Next.js. */

/** Whether a path is that of a route module. */
export function isRouteFile(path: string): boolean {
  return /(^|\/)route\.[cm]?[jt]sx?$/.test(path);
}

/** `src/app/(jobs)/api/jobs/[id]/route.ts` serves `/api/jobs/:id`. */
export function pathOfRouteFile(file: string): string {
  const parts = file.split('/').slice(0, -1);
  const visible = parts.slice(parts.indexOf('app') + 1).filter((part) => !/^\(.*\)$|^@|^\.*$/.test(part));
  return `/${visible.map(pathPart).join('/')}`;
}

/** `[id]`, `[...id]` and `[[...id]]` are `:id`. */
export function pathPart(folder: string): string {
  return folder.replace(/^\[+(?:\.\.\.)?(.+?)\]+$/, ':$1');
}
