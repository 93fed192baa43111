/**
 * `ratchet/monitor`: watches the progress that an application shows, where it shows it, in a page or in a route. It counts
 * and logs each reversion, and can hold it back. Without dependencies; see docs/MONITOR.md.
 */
import { addTo, type Progress, type View } from './view.ts';

export type { Progress } from './view.ts';

export interface MonitorOptions {
  /** Where the progress is shown or comes from, for the log and the metric: `job-page`. A few different words at most. */
  source?: string;
  /** Whose view it is, if a call names none; by default a random name, so that each page load is a session. */
  session?: string;
  /** Returns the progress that was shown before instead of an older one. */
  hold?: boolean;
  /** Which values are logged: the reversions, which is the default, all, or none. */
  logs?: 'reversions' | 'all' | 'none';
  /** Receives each event; by default, it is printed as one line of JSON. An error that it throws is ignored. */
  log?(event: MonitorEvent): void;
  /** Counts the reversions, as `metrics.getMeter(…)` of `@opentelemetry/api` does. */
  meter?: MonitorMeter;
  /** How many pairs of session and key are remembered; the least recent ones are forgotten. 1000 by default. */
  viewsMax?: number;
}

/** The part of a meter of OpenTelemetry that is used. */
export interface MonitorMeter {
  createCounter(
    name: string,
    options: { description: string; unit: string },
  ): { add(value: number, attributes: Record<string, string>): void };
}

/** Whose view it is, and where the value comes from, if it is not as in the options. */
export interface Shown {
  session?: string;
  source?: string;
}

/** One line of the log; docs/MONITOR.md describes the fields. */
export interface MonitorEvent {
  event: 'ratchet.progress' | 'ratchet.reversion';
  /** ISO 8601, UTC, with milliseconds. */
  time: string;
  session: string;
  key: string;
  generation: number;
  progress: number;
  status?: string;
  source?: string;
  /** Of a reversion: the earlier value. */
  from?: { generation: number; progress: number; status?: string };
  /** The value was not shown: the earlier one was shown instead. */
  held?: true;
}

export interface Monitor {
  /**
   * To be called with each progress in the order in which it is shown.
   * @returns the value to show: this one, or with `hold` the last one that is not older. Never throws; a value whose progress
   *   is not a number is returned as it is, and not judged.
   */
  show<T extends Progress>(key: string | number, value: T, shown?: Shown): T;
  /** How many reversions there were, held ones too. */
  readonly reversions: number;
}

export function createMonitor(options: MonitorOptions = {}): Monitor {
  const { hold = false, logs = 'reversions', viewsMax = 1000, log = print } = options;
  const own = options.session ?? crypto.getRandomValues(new Uint32Array(2)).join('-');
  const views = new Map<string, { view: View; shown?: Progress }>();
  const counter = options.meter?.createCounter('ratchet.reversions', {
    description: 'Steps back of a progress that was shown',
    unit: '{reversion}',
  });
  let reversions = 0;

  function remembered(name: string): { view: View; shown?: Progress } {
    const found = views.get(name) ?? { view: {} };
    views.delete(name);
    views.set(name, found);
    if (views.size > viewsMax) views.delete(views.keys().next().value!);
    return found;
  }

  function tell(event: MonitorEvent): void {
    try {
      log(event);
    } catch {
      // A log that fails must not break the page.
    }
  }

  return {
    get reversions() {
      return reversions;
    },
    show(key, value, { session = own, source = options.source } = {}) {
      if (!Number.isFinite(value?.progress)) return value;
      const state = remembered(JSON.stringify([session, String(key)]));
      const { isOlder, from } = addTo(state.view, value, hold);
      const held = hold && isOlder;
      if (!held) state.shown = value;
      if (from) {
        reversions += 1;
        counter?.add(1, source ? { 'ratchet.source': source } : {});
      }
      if (logs === 'all' || (from && logs !== 'none')) {
        tell({
          event: from ? 'ratchet.reversion' : 'ratchet.progress',
          time: new Date().toISOString(),
          session,
          key: String(key),
          ...fieldsOf(value),
          ...(source && { source }),
          ...(from && { from: fieldsOf(from) }),
          ...(held && { held }),
        });
      }
      return (state.shown ?? value) as typeof value;
    },
  };
}

function fieldsOf({ generation, progress, status }: Progress): {
  generation: number;
  progress: number;
  status?: string;
} {
  return { generation: generation ?? 1, progress, ...(status && { status }) };
}

function print(event: MonitorEvent): void {
  console.log(JSON.stringify(event));
}
