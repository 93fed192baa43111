/** What the page shows, in the fragment of its address: so every place has a link, and the browser can go back. */

export interface Route {
  /** `undefined`: the overview. */
  run: number | undefined;
  /** The selected event of the run. */
  event: number | undefined;
}

export function parseRoute(fragment: string): Route {
  const [, run, event] = /^#\/run\/(\d+)(?:\/event\/(\d+))?$/.exec(fragment) ?? [];
  return { run: numberOf(run), event: numberOf(event) };
}

export function linkTo({ run, event }: Route): string {
  if (run === undefined) return '#/';
  return event === undefined ? `#/run/${run}` : `#/run/${run}/event/${event}`;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
