/** The last lines of a log, joined into one. */
export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join(' · ').trim();
}
