/** The end of a log, on one line. */
export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join(' · ').trim();
}
