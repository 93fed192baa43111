/** Generates histories of atomic registers, and corrupts them. */
import * as fc from 'fast-check';
import type { History, HistoryEvent, Scalar, Value } from './event.ts';

type Draft = Omit<HistoryEvent, 'index'>;

interface Move {
  process: number;
  key: string;
  f: 'read' | 'write' | 'cas';
  value: number;
  next: number;
  /** Whether the operation ends in `info`. */
  isLost: boolean;
  tick: number;
}

interface InFlight {
  move: Move;
  value: Scalar;
  hasHappened: boolean;
  result: Scalar | undefined;
}

const move: fc.Arbitrary<Move> = fc.record({
  process: fc.nat(3),
  key: fc.constantFrom('x', 'x', 'x', 'y'),
  f: fc.constantFrom('read', 'read', 'write', 'cas'),
  value: fc.integer({ min: 1, max: 3 }),
  next: fc.integer({ min: 1, max: 3 }),
  isLost: fc.boolean().map((isLost) => isLost),
  tick: fc.nat(2),
});

/**
 * Four processes on two registers, each operation taking effect at one moment between its invocation and its end. With
 * `unique` values there is no `cas`.
 */
export function atomicHistoryArbitrary(values: 'unique' | 'repeated'): fc.Arbitrary<History> {
  return fc.array(move, { maxLength: 60 }).map((moves) => ({ header: undefined, events: play(moves, values) }));
}

/** Each move takes the next step of its process: it begins an operation, lets it take effect, or ends it. */
function play(moves: readonly Move[], values: 'unique' | 'repeated'): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const registers = new Map<string, Scalar>();
  const flight = new Map<number, InFlight>();
  const lives = [0, 0, 0, 0];
  let [time, unique] = [0, 0];
  for (const drawn of moves) {
    const each: Move = values === 'unique' && drawn.f === 'cas' ? { ...drawn, f: 'write' } : drawn;
    const { process } = each;
    time += each.tick * 1e6;
    const actor = { time, process: `p${process}.${lives[process]}` };
    const record = (draft: Omit<Draft, 'time' | 'process'>): void => {
      events.push({ index: events.length, ...actor, ...draft } as HistoryEvent);
    };
    const begun = flight.get(process);
    if (begun === undefined) {
      const value = values === 'unique' ? ++unique : each.value;
      flight.set(process, { move: each, value, hasHappened: false, result: undefined });
      record({ type: 'invoke', f: each.f, key: each.key, ...intent(each, value) });
    } else if (begun.hasHappened || each.isLost) {
      flight.delete(process);
      if (!begun.hasHappened || each.isLost) lives[process]! += 1;
      record({ f: begun.move.f, key: begun.move.key, ...outcome(begun, each.isLost) });
    } else takeEffect(begun, registers);
  }
  return events;
}

function intent({ f, value: from }: Move, value: Scalar): { value?: Value } {
  if (f === 'read') return {};
  return { value: f === 'cas' ? [from, value] : value };
}

function takeEffect(begun: InFlight, registers: Map<string, Scalar>): void {
  const { f, key, value: from } = begun.move;
  const current = registers.get(key) ?? null;
  begun.hasHappened = true;
  begun.result = current;
  if (f === 'write' || (f === 'cas' && current === from)) registers.set(key, begun.value);
}

function outcome({ move: { f, value: from }, hasHappened, result, value }: InFlight, isLost: boolean) {
  if (!hasHappened || isLost) return { type: 'info' as const };
  if (f === 'read') return { type: 'ok' as const, value: result };
  if (f === 'cas')
    return result === from ? { type: 'ok' as const, value: [from, value] as const } : { type: 'fail' as const };
  return { type: 'ok' as const, value };
}

export type Mutation = { kind: 'none' | 'drop' | 'swap' | 'alter'; at: number; other: number };

export const mutationArbitrary: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('none', 'drop', 'swap', 'alter'),
  at: fc.nat(),
  other: fc.nat(),
});

/** Drops an operation, swaps what two reads returned, or alters what one did. */
export function mutate(history: History, { kind, at, other }: Mutation): History {
  const reads = history.events.filter(({ f, type }) => f === 'read' && type === 'ok');
  const one = reads[at % reads.length];
  const two = reads[other % reads.length];
  if (one === undefined || two === undefined || kind === 'none') return history;
  if (kind === 'drop')
    return renumbered(
      history,
      history.events.filter((event) => !isPartOf(history, event, at)),
    );
  const changed = new Map<HistoryEvent, Value>(
    kind === 'alter'
      ? [[one, other % 5]]
      : [
          [one, two.value ?? null],
          [two, one.value ?? null],
        ],
  );
  return renumbered(
    history,
    history.events.map((event) => (changed.has(event) ? { ...event, value: changed.get(event)! } : event)),
  );
}

function isPartOf({ events }: History, event: HistoryEvent, at: number): boolean {
  const invokes = events.filter(({ type }) => type === 'invoke');
  const invoke = invokes[at % invokes.length]!;
  const end = events.find((each) => each.index > invoke.index && each.process === invoke.process);
  return event === invoke || event === end;
}

function renumbered({ header }: History, events: readonly HistoryEvent[]): History {
  return { header, events: events.map((event, index) => ({ ...event, index })) };
}
