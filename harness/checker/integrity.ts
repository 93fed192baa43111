import type { HistoryEvent, Value } from '../history/event.ts';
import { describeValue, isProgress, valueId } from '../history/order.ts';
import { keyOf, sessionOf } from '../history/pairing.ts';
import type { PairedHistory, PairedOperation } from '../history/pairing.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';
import { targetOf } from './written.ts';

type Key = string | number;

/**
 * Every value read or shown is the initial one, or that of a write that had been invoked before and did not `fail`.
 * A `start` writes the beginning of its generation, and those of earlier ones too: it may have been tried more than
 * once, and generations count without gaps. One whose generation nobody learned allows the beginning of any.
 */
export const integrity: Checker = (history) => {
  const findings = new Findings('integrity');
  const origins = new Origins(history);
  for (const [position, event] of history.events.entries()) {
    const operation = history.operationAt[position];
    if (event.type === 'invoke' && operation !== undefined) origins.admit(operation);
    const { key, value } = event;
    const isSeen = event.type === 'ok' && (event.f === 'read' || event.f === 'show');
    if (!isSeen || value === undefined || key === undefined || origins.explain(key, value)) continue;
    const failed = origins.failed(key, value);
    const session = operation?.session ?? sessionOf(event);
    findings.violation(() => ({
      key,
      session,
      events: failed === undefined ? [event.index] : [failed.invoke.index, event.index],
      sentence: describe(event, session, failed),
    }));
  }
  return findings.verdict();
};

/** The values that a read could have come from, as far as the history has been followed. */
class Origins {
  readonly #initial: Value | undefined;
  readonly #progressKeys: ReadonlySet<Key>;
  readonly #written = new Map<Key, Set<string>>();
  readonly #failed = new Map<Key, Map<string, PairedOperation>>();
  readonly #openStarts = new Set<Key>();
  /** The greatest generation of each key that is known to have begun. */
  readonly #begun = new Map<Key, number>();

  constructor(history: PairedHistory) {
    this.#initial = history.header?.initial;
    this.#progressKeys = new Set(history.events.filter(({ value }) => isProgress(value)).map(keyOf));
  }

  /** Takes in an operation at its invocation. */
  admit(operation: PairedOperation): void {
    const { f, key, outcome, invoke } = operation;
    if (f === 'read') return;
    if (f === 'start' && operation.value === undefined && outcome !== 'fail') this.#openStarts.add(key);
    if (f === 'start' && outcome !== 'fail' && isProgress(operation.value)) {
      const { generation = 1 } = operation.value;
      this.#begun.set(key, Math.max(generation, this.#begun.get(key) ?? 0));
    }
    for (const value of new Set([targetOf(operation.value), targetOf(invoke.value ?? operation.value)])) {
      if (value === undefined) continue;
      if (outcome === 'fail') entry(this.#failed, key, () => new Map()).set(valueId(value), operation);
      else entry(this.#written, key, () => new Set()).add(valueId(value));
    }
  }

  explain(key: Key, value: Value): boolean {
    if (this.#written.get(key)?.has(valueId(value)) || this.#isInitial(key, value)) return true;
    if (!isProgress(value) || value.progress !== 0) return false;
    return this.#openStarts.has(key) || (value.generation ?? 1) <= (this.#begun.get(key) ?? 0);
  }

  failed(key: Key, value: Value): PairedOperation | undefined {
    return this.#failed.get(key)?.get(valueId(value));
  }

  /** A key that holds progresses begins at 0% of generation 1, any other at `null`. */
  #isInitial(key: Key, value: Value): boolean {
    const initial = this.#initial ?? (this.#progressKeys.has(key) ? { progress: 0 } : null);
    return valueId(value) === valueId(initial);
  }
}

function entry<T>(map: Map<Key, T>, key: Key, create: () => T): T {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}

function describe(event: HistoryEvent, session: Key, failed: PairedOperation | undefined): string {
  const seen = event.f === 'show' ? 'was shown' : 'read';
  const origin =
    failed === undefined ? 'which nobody had written' : 'which only a write that failed had tried to write';
  return `${session} ${seen} ${describeValue(event.value ?? null)} of ${event.key}, ${origin}`;
}
