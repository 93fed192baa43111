/** Reads against a floor: the greatest value that their session knew of for certain when they began. */
import type { HistoryEvent, Value } from '../history/event.ts';
import { compareValues } from '../history/order.ts';
import type { PairedHistory, PairedOperation } from '../history/pairing.ts';
import { BySession } from './by-session.ts';

interface Floor {
  value: Value;
  /** The completion that made it certain. */
  event: HistoryEvent;
}

interface FlooredRead {
  operation: PairedOperation;
  /** What the read returned, and its completion. */
  value: Value;
  event: HistoryEvent;
  floor: Floor;
}

/**
 * Every completed read that began above a floor, in order of completion. `raises` says what a completed operation
 * makes certain for its session and key, if anything. One pass: the floor is a running maximum, taken at the invoke.
 */
export function* readsOverFloor(
  history: PairedHistory,
  raises: (operation: PairedOperation) => Value | undefined,
): Generator<FlooredRead> {
  const floors = new BySession<Floor>();
  const atInvoke = new Map<PairedOperation, Floor>();
  for (const [position, event] of history.events.entries()) {
    const operation = history.operationAt[position];
    if (operation === undefined) continue;
    const { session, key, value } = operation;
    if (event.type === 'invoke') {
      const floor = floors.get(session, key);
      if (operation.f === 'read' && operation.outcome === 'ok' && floor !== undefined) atInvoke.set(operation, floor);
    } else if (event.type === 'ok') {
      const floor = atInvoke.get(operation);
      if (floor !== undefined && value !== undefined) yield { operation, value, event, floor };
      atInvoke.delete(operation);
      raise(floors, operation, { value: raises(operation), event });
    }
  }
}

function raise(
  floors: BySession<Floor>,
  { session, key }: PairedOperation,
  { value, event }: { value: Value | undefined; event: HistoryEvent },
): void {
  if (value === undefined) return;
  const before = floors.get(session, key);
  if (before === undefined || (compareValues(value, before.value) ?? 0) > 0) floors.set(session, key, { value, event });
}
