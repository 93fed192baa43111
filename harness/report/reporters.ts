/** The reporters by name, one line each. A reporter is loaded when it is first used. */
import type { CreateReporter } from '../port/reporter.ts';
import { UsageError } from '../errors.ts';
import { loadOwnReporter, looksLikePath } from './own-reporter.ts';

const reporters: Readonly<Record<string, () => Promise<CreateReporter>>> = {
  text: async () => (await import('./text.ts')).createTextReporter,
  json: async () => (await import('./json.ts')).createJsonReporter,
  junit: async () => (await import('./junit.ts')).createJunitReporter,
  markdown: async () => (await import('./markdown.ts')).createMarkdownReporter,
  github: async () => (await import('./github.ts')).createGithubReporter,
  sarif: async () => (await import('./sarif.ts')).createSarifReporter,
  html: async () => (await import('./html/html.ts')).createHtmlReporter,
  svg: async () => (await import('./svg/svg.ts')).createSvgReporter,
};

export const DEFAULT_REPORTER = 'text';

export function reporterNames(): string[] {
  return Object.keys(reporters);
}

/**
 * @param name of a reporter, or the path of a file that exports a `reporter`
 * @throws UsageError for an unknown name, and for a file without a reporter
 */
export async function loadReporter(name: string): Promise<CreateReporter> {
  const load = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (load !== undefined) return load();
  if (looksLikePath(name)) return loadOwnReporter(name);
  const hint = `choose one of ${reporterNames().join(', ')}, or the path of a file that exports a \`reporter\``;
  throw new UsageError('reporter-unknown', `no reporter is called "${name}"`, hint);
}
