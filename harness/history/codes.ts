/** The numeric codes that represent words in the columns of a history. */
import { itemAt } from '../required.ts';
import type { EventType, HistoryEvent, Operation } from './event.ts';

const eventTypes: readonly EventType[] = ['invoke', 'ok', 'fail', 'info'];
/** Operations with an invoke and a completion come first. */
const operations: readonly Operation[] = [
  'read',
  'write',
  'start',
  'cas',
  'show',
  'commit',
  'fault',
  'receive',
  'watch',
  'watch',
];

/** The `f` and the `type` of an event in one number, for a `watch` also its phase. */
export function codeOf({ f, type, phase }: Pick<HistoryEvent, 'f' | 'type' | 'phase'>): number {
  const operation = f === 'watch' && phase === 'end' ? WATCH_END : operations.indexOf(f);
  return operation * 4 + eventTypes.indexOf(type);
}

export function operationOf(code: number): Operation {
  return itemAt(operations, code >> 2);
}

export function typeOf(code: number): EventType {
  return itemAt(eventTypes, code & 3);
}

/** The item of a column for an event without a value in it. */
export const NONE = -1;

export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

export const READ = 0;
export const WRITE = 1;
export const START = 2;
export const CAS = 3;
export const SHOW = 4;
export const COMMIT = 5;
export const FAULT = 6;
export const RECEIVE = 7;
/** A `watch` that begins, and one that ends. */
export const WATCH_BEGIN = 8;
export const WATCH_END = 9;

export const READ_INVOKE = READ * 4 + INVOKE;
export const READ_OK = READ * 4 + OK;
export const WRITE_OK = WRITE * 4 + OK;
export const SHOW_OK = SHOW * 4 + OK;
export const COMMIT_OK = COMMIT * 4 + OK;
export const RECEIVE_OK = RECEIVE * 4 + OK;
export const WATCH_BEGIN_OK = WATCH_BEGIN * 4 + OK;
export const WATCH_END_OK = WATCH_END * 4 + OK;

/** Whether an event of this code begins a `write`, a `start` or a `cas`: single events have no invoke. */
export function beginsWrite(code: number): boolean {
  return (code & 3) === INVOKE && code !== READ_INVOKE;
}

/** Whether an event of this code completes one of these with `ok`. */
export function completesWrite(code: number): boolean {
  return (code & 3) === OK && code > READ_OK && code < SHOW_OK;
}

/**
 * The kind of value that the columns `generation` and `progress` hold together. Only values of the same shape have an
 * order: by generation, then by progress.
 */
export const NOTHING = 0;
export const PROGRESS = 1;
/** A number of a register in `progress` and 0 in `generation`; for `null`, which is smaller, -1 in `generation`. */
export const NUMBER = 2;
/** The id of the string in `progress`; two are equal or not comparable. */
export const TEXT = 3;
/** 0 or 1 in `progress`; two are equal or not comparable. */
export const BOOLEAN = 4;
export const SHAPE = 7;
/** Set in addition to `PROGRESS` when the status is `completed` or `failed`. */
export const ENDED = 8;
