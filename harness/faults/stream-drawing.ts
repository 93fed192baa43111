/** What the kinds of faults of a stream share: how they are drawn and shrunk. */
import fc, { type Arbitrary } from 'fast-check';
import { later } from './drawing.ts';
import type { Site, SiteDrawing, VersionMoment } from './fault.ts';

/** Durations that are long enough for a batch of changes, which comes every 500 ms, to fall into them. */
const LASTS_MS = [1_000, 2_000, 3_500] as const;

interface LastingFields {
  session: string;
  from: VersionMoment;
  until: VersionMoment;
}

/** Drawn for a tab, from a commit for some time. */
export function lastingOnStream<Fault>(make: (fields: LastingFields) => Fault): SiteDrawing<Fault> {
  return {
    on: 'tab',
    at: 'commit',
    weight: 2,
    draw: (): Arbitrary<(site: Site) => Fault> =>
      fc.constantFrom(...LASTS_MS).map(
        (lastsMs) =>
          ({ session, moment }) =>
            make({ session, from: moment, until: later(moment, lastsMs) }),
      ),
  };
}

/** Drawn for a tab, at a commit or some time after it. */
export function momentaryOnStream<Fault>(make: (fields: Omit<LastingFields, 'until'>) => Fault): SiteDrawing<Fault> {
  return {
    on: 'tab',
    at: 'commit',
    weight: 2,
    draw: (): Arbitrary<(site: Site) => Fault> =>
      fc.constantFrom(0, 300, 1_000).map(
        (afterMs) =>
          ({ session, moment }) =>
            make({ session, from: later(moment, afterMs) }),
      ),
  };
}
