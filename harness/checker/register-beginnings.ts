/**
 * Beginnings of generations that no operation wrote: a start whose response was lost, and which the client sent again, has
 * begun an earlier generation than the one with which it completes (ADR 14).
 */
import { NONE, OK, PROGRESS, SHAPE, START } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { RegisterOperation } from './register-operations.ts';

/** The beginning of a generation that was read, although no operation wrote it. */
interface Beginning {
  value: number;
  generation: number;
  reads: RegisterOperation[];
}

/** A completed start, and the generation with which it completed. */
interface Start {
  operation: RegisterOperation;
  generation: number;
}

/**
 * Adds the writes of such beginnings to the operations on a key. Generations are numbered without gaps, so each took
 * effect after one of the starts of later generations was invoked, and before any of them took effect.
 *
 * The order is expressed by the interval of the later start, which begins with the last read of the beginning: if both
 * writes were in the other order, both and the reads could as well take effect just before the later start. A read that
 * began when a later start had completed is left without an explanation. With a start of an unknown generation, which
 * may have begun any generation, the beginnings are not put in order.
 */
export function withEarlierBeginnings(
  history: HistoryColumns,
  key: number,
  operations: readonly RegisterOperation[],
): readonly RegisterOperation[] {
  const starts = startsOf(history, operations);
  const beginnings = starts.length === 0 ? [] : unwrittenBeginnings(history, key, operations);
  const isOrdered = operations.every(({ kind }) => kind !== 'open-start');
  const replaced = new Map<RegisterOperation, RegisterOperation>();
  const current = (operation: RegisterOperation): RegisterOperation => replaced.get(operation) ?? operation;
  const added: RegisterOperation[] = [];
  /** The beginning of the last read of an earlier generation. */
  let earlierRead: number = NONE;
  for (const { value, generation, reads } of beginnings) {
    const later = starts.filter((start) => start.generation > generation);
    const [first] = later;
    if (first === undefined) continue;
    const end = Math.min(...later.map(({ operation }) => operation.end));
    const { begin, invoke } = first.operation;
    added.push({ kind: 'write', value, from: NONE, begin: Math.max(begin, earlierRead), end, invoke, isFixed: true });
    if (isOrdered) earlierRead = Math.max(earlierRead, ...reads.map((read) => read.begin).filter((at) => at < end));
    for (const { operation } of later) {
      const { begin: before, ...rest } = current(operation);
      replaced.set(operation, { ...rest, begin: Math.max(before, earlierRead), isFixed: true });
    }
    for (const read of reads) {
      const isTooLate = isOrdered && read.begin > end;
      replaced.set(read, { ...read, ...(isTooLate ? { value: NONE } : {}), isFixed: true });
    }
  }
  if (added.length === 0) return operations;
  return [...operations.map(current), ...added].toSorted((a, b) => a.begin - b.begin);
}

/** In the order of their invocations. */
function startsOf(history: HistoryColumns, operations: readonly RegisterOperation[]): Start[] {
  const { code, generation } = history;
  return operations.flatMap((operation) => {
    const { invoke, kind } = operation;
    if (code.get(invoke) >> 2 !== START || kind !== 'write' || history.outcomeOf(invoke) !== OK) return [];
    const written = history.writtenAt(invoke);
    return isProgress(history, written) ? [{ operation, generation: generation.get(written) }] : [];
  });
}

/** In the order of their generations. */
function unwrittenBeginnings(
  history: HistoryColumns,
  key: number,
  operations: readonly RegisterOperation[],
): Beginning[] {
  const { values, generation, progress } = history;
  const written = new Set(operations.map(({ kind, value }) => (kind === 'read' ? NONE : value)));
  written.add(values.initial.get(key));
  const reads = operations.filter(({ kind, value }) => {
    if (kind !== 'read' || written.has(value)) return false;
    const first = values.firsts.get(value);
    return isProgress(history, first) && progress[first] === 0;
  });
  return [...Map.groupBy(reads, ({ value }) => value)]
    .map(([value, own]) => ({ value, generation: generation.get(values.firsts.get(value)), reads: own }))
    .toSorted((a, b) => a.generation - b.generation);
}

function isProgress({ shape }: HistoryColumns, event: number): boolean {
  return (shape.get(event) & SHAPE) === PROGRESS;
}
