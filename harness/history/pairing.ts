/** Operations from events: each `invoke` with its completion. */
import type { History, HistoryEvent, Value } from './event.ts';
import { singleTypes } from './event-shape.ts';

export interface PairedOperation {
  invoke: HistoryEvent;
  /** Missing when the operation was still in flight at the end of the history. */
  completion: HistoryEvent | undefined;
  process: string | number;
  session: string | number;
  f: 'read' | 'write' | 'start' | 'cas';
  key: string | number;
  /** A read: what it returned, if it did. Others: what the completion says was written, else the invoke. */
  value: Value | undefined;
  /** `info` also when it was still in flight at the end of the history. */
  outcome: 'ok' | 'fail' | 'info';
}

export interface PairedHistory extends History {
  /** In the order of their invocations. */
  operations: readonly PairedOperation[];
  /** The operation that the event of this index begins or completes; none for `show`, `commit` and `fault`. */
  operationAt: readonly (PairedOperation | undefined)[];
}

/**
 * Pairs a valid history, as `parseHistory` returns it and as the recorder writes it.
 * @throws Error when a completion has no invoke
 */
export function pairOperations(history: History): PairedHistory {
  const operations: PairedOperation[] = [];
  const operationAt: (PairedOperation | undefined)[] = [];
  const inFlight = new Map<string | number, PairedOperation>();
  for (const event of history.events) {
    operationAt.push(singleTypes.has(event.f) ? undefined : advance(event));
  }
  return { ...history, operations, operationAt };

  function advance(event: HistoryEvent): PairedOperation {
    if (event.type === 'invoke') {
      const operation = begin(event);
      inFlight.set(event.process, operation);
      operations.push(operation);
      return operation;
    }
    const operation = inFlight.get(event.process);
    if (operation === undefined) throw new Error(`event ${event.index} completes an operation that never began`);
    inFlight.delete(event.process);
    complete(operation, event);
    return operation;
  }
}

/** Whose view an event belongs to. */
export function sessionOf(event: HistoryEvent): string | number {
  return event.session ?? event.process;
}

/** The key of any event but a fault, which the codec lets through only with one. */
export function keyOf(event: HistoryEvent): string | number {
  return event.key ?? '';
}

function begin(invoke: HistoryEvent): PairedOperation {
  const f = invoke.f as PairedOperation['f'];
  return {
    invoke,
    completion: undefined,
    process: invoke.process,
    session: sessionOf(invoke),
    f,
    key: keyOf(invoke),
    value: intendedValue(f, invoke),
    outcome: 'info',
  };
}

/** A `write` of `null` is one of a register; a `start` with `null` has yet to learn its generation. */
function intendedValue(f: PairedOperation['f'], { value }: HistoryEvent): Value | undefined {
  if (f === 'read') return undefined;
  return f === 'start' ? (value ?? undefined) : value;
}

function complete(operation: PairedOperation, completion: HistoryEvent): void {
  operation.completion = completion;
  operation.outcome = completion.type as PairedOperation['outcome'];
  operation.session = operation.invoke.session ?? completion.session ?? operation.process;
  if (operation.f !== 'read') operation.value = completion.value ?? operation.value;
  else if (operation.outcome === 'ok') operation.value = completion.value;
}
