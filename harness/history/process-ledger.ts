/** What each process is doing: at most one operation at a time, and nothing after one that ended in `info`. */
import type { HistoryEvent } from './event.ts';
import { show, singleTypes } from './event-shape.ts';

type Process = HistoryEvent['process'];

export class ProcessLedger {
  readonly #inFlight = new Map<Process, HistoryEvent>();
  readonly #ended = new Map<Process, HistoryEvent>();

  /** Enters the next event of the history; returns what is wrong with it, or `undefined` when nothing is. */
  enter(event: HistoryEvent): string | undefined {
    const { process, f, type } = event;
    if (f === 'fault') return undefined;
    const end = this.#ended.get(process);
    if (end !== undefined) {
      return `process ${show(process)} is used again after its ${end.f} ended in info at index ${end.index}`;
    }
    if (singleTypes.has(f)) return undefined;
    return type === 'invoke' ? this.#begin(event) : this.#complete(event);
  }

  #begin(event: HistoryEvent): string | undefined {
    const running = this.#inFlight.get(event.process);
    if (running !== undefined) {
      return `process ${show(event.process)} still has the ${running.f} of index ${running.index} in flight`;
    }
    this.#inFlight.set(event.process, event);
    return undefined;
  }

  #complete(event: HistoryEvent): string | undefined {
    const { process, type } = event;
    const invoke = this.#inFlight.get(process);
    if (invoke === undefined) return `${type} without an invoke: process ${show(process)} has nothing in flight`;
    const problem = mismatch(invoke, event);
    if (problem !== undefined) return problem;
    this.#inFlight.delete(process);
    if (type === 'info') this.#ended.set(process, event);
    return undefined;
  }
}

function mismatch(invoke: HistoryEvent, completion: HistoryEvent): string | undefined {
  for (const field of ['f', 'key', 'session'] as const) {
    const [begun, ended] = [invoke[field], completion[field]];
    if (field === 'session' && (begun === undefined || ended === undefined)) continue;
    if (begun !== ended)
      return `${field} is ${show(ended)}, but the invoke at index ${invoke.index} has ${show(begun)}`;
  }
  return undefined;
}
