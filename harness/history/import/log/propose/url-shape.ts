/** Finds the pattern of the URLs of status requests. */

/**
 * The pattern of the most frequent kind of path, in which `:story` stands for the one part that differs or is an identifier; without
 * such a part, the path.
 * @param urls of the requests that were answered with a progress
 */
export function patternOf(urls: readonly string[]): string | undefined {
  const paths = urls.map((url) => segmentsOf(url)).filter((segments) => segments !== undefined);
  const kinds = Map.groupBy(paths, (segments) => shapeOf(segments).join('/'));
  const [common] = [...kinds.values()].sort((a, b) => b.length - a.length);
  const first = common?.[0];
  if (common === undefined || first === undefined) return undefined;
  const shape = shapeOf(first);
  const varying = shape.flatMap((part, at) => (part === '*' ? [at] : []));
  const story = varying.at(-1);
  return `/${shape.map((part, at) => (at === story ? ':story' : part)).join('/')}`;
}

function segmentsOf(url: string): string[] | undefined {
  const [, path] = /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(url) ?? [];
  return path?.replace(/\/+$/, '').split('/').slice(1);
}

/** Segments that look like identifiers become `*`. */
function shapeOf(segments: readonly string[]): string[] {
  return segments.map((segment) => (isIdentifier(segment) ? '*' : segment));
}

/** A number, a UUID, a name that ends in a number, or a long word with digits; not a version such as v2. */
function isIdentifier(segment: string): boolean {
  if (/^v\d+$/i.test(segment)) return false;
  return /^\d+$/.test(segment) || /[-_]\d+$/.test(segment) || (segment.length >= 8 && /\d/.test(segment));
}
