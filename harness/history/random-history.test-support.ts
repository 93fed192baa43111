/** Generates small random histories: valid by construction, with so few values that they often collide. */
import * as fc from 'fast-check';
import type { History, HistoryEvent, Phase, Value } from './event.ts';
import { isProgress } from './order.ts';

type Fields = Omit<HistoryEvent, 'index' | 'time'>;

interface Step {
  process: number;
  key: string;
  f: 'read' | 'write' | 'start' | 'cas' | 'show' | 'commit' | 'fault' | 'receive' | 'watch';
  outcome: 'ok' | 'ok' | 'fail' | 'info';
  value: Value;
  next: Value;
  /** A start that learns its generation only when it completes, or a completion that repeats no value or no status. */
  omits: boolean;
  /** For a watch. */
  phase: Phase;
  tick: number;
}

const progressArbitrary: fc.Arbitrary<Value> = fc.record(
  {
    generation: fc.constantFrom(1, 1, 2),
    progress: fc.constantFrom(0, 10, 85, 100),
    status: fc.constantFrom('generating', 'completed', 'failed'),
  },
  { requiredKeys: ['progress'] },
);
const scalarArbitrary: fc.Arbitrary<Value> = fc.constantFrom(null, 1, 2, 3);
/** Values at the end of a generation, some of which differ only by their status. */
const endingArbitrary: fc.Arbitrary<Value> = fc.record(
  {
    generation: fc.constantFrom(1, 1, 2),
    progress: fc.constantFrom(100, 100, 85),
    status: fc.constantFrom('generating', 'completed', 'failed'),
  },
  { requiredKeys: ['progress'] },
);

type Kind = 'progress' | 'register' | 'ending';

const values: Readonly<Record<Kind, fc.Arbitrary<Value>>> = {
  progress: progressArbitrary,
  register: scalarArbitrary,
  ending: endingArbitrary,
};
const singles = ['show', 'commit', 'fault', 'receive', 'watch'] as const;
/** The operations to draw from; more frequent ones are repeated. */
const operationsOf: Readonly<Record<Kind, readonly Step['f'][]>> = {
  progress: ['read', 'read', 'write', 'start', 'read', 'read', 'write', 'start', ...singles],
  register: ['read', 'write', 'cas', 'read', 'write', 'cas', ...singles],
  ending: ['read', 'write', 'show', 'show', 'commit', 'watch', 'watch'],
};

/** A history of up to about 40 events by three processes, two of which share a session. */
export function historyArbitrary(kind: Kind): fc.Arbitrary<History> {
  const value = values[kind];
  const step: fc.Arbitrary<Step> = fc.record({
    process: fc.nat(2),
    key: fc.constantFrom('story-1', 'story-1', 'story-2'),
    f: fc.constantFrom(...operationsOf[kind]),
    outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info'),
    value,
    next: value,
    omits: fc.boolean(),
    phase: fc.constantFrom('begin', 'begin', 'end'),
    tick: fc.nat(2),
  });
  const header = fc.option(fc.record({ history: fc.constant(1 as const), initial: value }), {
    nil: undefined,
    freq: 5,
  });
  return fc
    .record({ header, steps: fc.array(step, { maxLength: 40 }), shows: fc.boolean(), watches: fc.boolean() })
    .map(({ header: first, steps, shows, watches }) => ({
      header: first,
      events: play(steps.filter(({ f }) => (shows || f !== 'show') && (watches || f !== 'watch'))),
    }));
}

/** A step of a busy process completes what it began; a process that ended in `info` comes back under a new name. */
function play(steps: readonly Step[]): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const running = new Map<number, Step>();
  const lives = [0, 0, 0];
  let time = 0;
  for (const step of steps) {
    const begun = running.get(step.process);
    const life = lives[step.process] ?? 0;
    const actor = { process: `p${step.process}.${life}`, ...(step.process < 2 ? { session: 'shared' } : {}) };
    time += step.tick * 1e6;
    events.push({ index: events.length, time, ...actor, ...fieldsOf(step, begun) } as HistoryEvent);
    if (['show', 'commit', 'fault', 'receive', 'watch'].includes(step.f)) continue;
    if (begun === undefined) running.set(step.process, step);
    else running.delete(step.process);
    if (begun !== undefined && step.outcome === 'info') lives[step.process] = life + 1;
  }
  return events;
}

function fieldsOf(step: Step, begun: Step | undefined): Partial<Fields> {
  if (step.f === 'show' || step.f === 'receive') return { type: 'ok', f: step.f, key: step.key, value: step.value };
  if (step.f === 'watch') return { type: 'ok', f: 'watch', key: step.key, phase: step.phase };
  if (step.f === 'commit')
    return { process: 'db', session: 'db', type: 'ok', f: 'commit', key: step.key, value: step.value };
  if (step.f === 'fault') return { process: 'nemesis', session: 'nemesis', type: 'info', f: 'fault' };
  return begun === undefined ? invocation(step) : completion(begun, step);
}

function invocation({ f, key, value, next, omits }: Step): Partial<Fields> {
  const fields: Partial<Fields> = { type: 'invoke', f, key };
  if (f === 'cas') return { ...fields, value: [value, next] as Value };
  return f === 'write' || (f === 'start' && !omits) ? { ...fields, value } : fields;
}

function completion(begun: Step, { outcome, value, omits }: Step): Partial<Fields> {
  const fields: Partial<Fields> = { type: outcome, f: begun.f, key: begun.key };
  if (begun.f === 'read') return outcome === 'ok' ? { ...fields, value } : fields;
  if (begun.f === 'start' && begun.omits && !omits) return { ...fields, value };
  if (begun.f === 'write' && begun.omits && begun.value !== null)
    return { ...fields, value: omits ? withoutStatus(begun.value) : begun.value };
  return fields;
}

function withoutStatus(value: Value): Value {
  if (!isProgress(value)) return value;
  const { status: _, ...rest } = value;
  return rest;
}
