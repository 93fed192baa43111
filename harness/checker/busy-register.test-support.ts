/** A long history of an atomic register, the same for the same seed. */
import type { History, Value } from '../history/event.ts';
import { fail, historyOf, info, invoke, ok } from '../history/history.test-support.ts';

const CLIENTS = 10;
const VALUES = 20;
const CAS_SHARE = 0.3;
const LOST_SHARE = 0.05;

interface InFlight {
  f: 'read' | 'write' | 'cas';
  from: number;
  value: Value;
  isLost: boolean;
  hasHappened: boolean;
  /** A `cas` that found another value. */
  hasFailed: boolean;
}

/** Ten clients with reads, writes and `cas` of twenty values; one in twenty operations ends in `info`, half of these without effect. */
export function busyRegister({ operations, seed }: { operations: number; seed: number }): History {
  const random = randomFrom(seed);
  const oneOf = (count: number): number => 1 + Math.floor(random() * count);
  const drafts: ReturnType<typeof invoke>[] = [];
  const flight = new Map<number, InFlight>();
  const lives = Array.from({ length: CLIENTS }, () => 0);
  let register: Value = null;
  for (let begun = 0; begun < operations || flight.size > 0;) {
    const client = oneOf(CLIENTS) - 1;
    const process = `p${client}.${lives[client]}`;
    const current = flight.get(client);
    if (current === undefined) {
      if (begun++ >= operations) continue;
      const draw = random();
      const f = draw < CAS_SHARE ? 'cas' : draw < (1 + CAS_SHARE) / 2 ? 'write' : 'read';
      const [from, value] = [oneOf(VALUES), oneOf(VALUES)];
      flight.set(client, { f, from, value, isLost: random() < LOST_SHARE, hasHappened: false, hasFailed: false });
      drafts.push(invoke(process, f, f === 'read' ? undefined : f === 'cas' ? [from, value] : value));
    } else if (!current.hasHappened) {
      current.hasHappened = true;
      if (current.f === 'cas') current.hasFailed = register !== current.from;
      if (current.isLost && random() < 0.5) continue;
      if (current.f === 'read') current.value = register;
      else if (!current.hasFailed) register = current.value;
    } else {
      flight.delete(client);
      if (current.isLost) lives[client]! += 1;
      drafts.push(endOf(process, current));
    }
  }
  return historyOf(drafts);
}

function endOf(process: string, { f, from, value, isLost, hasFailed }: InFlight): ReturnType<typeof invoke> {
  if (isLost) return info(process, f);
  if (f !== 'cas') return ok(process, f, value);
  return hasFailed ? fail(process, f) : ok(process, f, [from, Number(value)]);
}

/** A linear congruential generator (Numerical Recipes): numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
