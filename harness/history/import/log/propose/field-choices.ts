/** Chooses the fields of a log by their names and values. */
import { nanosecondsOf, type Unit } from '../timestamp.ts';
import type { Fields } from '../../../event-shape.ts';
import { RecordFields } from '../record-fields.ts';
import { sampleFields, type FieldSample } from './record-samples.ts';

/** The best field whose name has one of the words; words that come first are better. */
export function fieldNamed(
  samples: readonly FieldSample[],
  names: readonly string[],
  isFit: (sample: FieldSample) => boolean = () => true,
): FieldSample | undefined {
  for (const name of names) {
    const wanted = name.split(' ');
    const found = samples.filter((sample) => endsWith(sample.words, wanted) && isFit(sample));
    const [best] = found.sort((a, b) => b.count - a.count || a.words.length - b.words.length);
    if (best !== undefined) return best;
  }
  return undefined;
}

function endsWith(words: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((word, at) => words[words.length - wanted.length + at] === word);
}

export function progressField(samples: readonly FieldSample[]): FieldSample | undefined {
  const names = ['progress', 'pct', 'percent', 'percentage', 'progress percent', 'progress pct', 'completion'];
  return fieldNamed(samples, names, isProgress);
}

function isProgress({ values }: FieldSample): boolean {
  return values.every((value) => {
    const number = typeof value === 'boolean' || value === '' ? Number.NaN : Number(value);
    return number >= 0 && number <= 100;
  });
}

/** The value for complete: 1 if all values are from 0 to 1 and one of them is between. */
export function maxOf({ values }: FieldSample): 1 | 100 {
  const numbers = values.map(Number);
  return numbers.every((value) => value <= 1) && numbers.some((value) => !Number.isInteger(value)) ? 1 : 100;
}

const TIME_NAMES = ['timestamp', 'time', 'ts', 'datetime', 'date', 'at', 'time utc', 'time local', 't'];

/** The field that says when, with its unit. */
export function timeField(samples: readonly FieldSample[]): { field: string; unit: Unit } | undefined {
  const found = fieldNamed(samples, TIME_NAMES, (sample) => unitOf(sample) !== undefined);
  const unit = found === undefined ? undefined : unitOf(found);
  return found === undefined || unit === undefined ? undefined : { field: found.path, unit };
}

/** Times are taken to be from 2001 on, so that their number of digits tells the unit. */
function unitOf({ values }: FieldSample): Unit | undefined {
  const units = new Set(values.map(unitOfValue));
  return units.size === 1 ? [...units][0] : undefined;
}

function unitOfValue(value: string | number | boolean): Unit | undefined {
  if (typeof value === 'boolean') return undefined;
  for (const unit of ['iso', 'http'] as const) if (nanosecondsOf(value, unit) !== undefined) return unit;
  const [, digits = ''] = /^(\d+)(?:\.\d+)?$/.exec(String(value)) ?? [];
  return ({ 10: 's', 13: 'ms', 16: 'us', 19: 'ns' } as const)[digits.length];
}

/** Whether dates name their zone: if not, they are taken to be in UTC. */
export function namesZone(sample: FieldSample): boolean {
  return sample.values.every((value) => /(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$/i.test(String(value)));
}

export function durationField(
  samples: readonly FieldSample[],
): { field: string; unit: 's' | 'ms' | 'us' | 'ns' } | undefined {
  const names = ['duration', 'duration ms', 'response time', 'elapsed', 'elapsed ms', 'took', 'took ms', 'latency'];
  const all = [...names, 'latency ms', 'request time', 'rt', 'duration us', 'duration ns', 'duration s'];
  const found = fieldNamed(samples, all, ({ values }) => values.every((value) => /^\d+(\.\d+)?$/.test(String(value))));
  if (found === undefined) return undefined;
  const unit = found.words.at(-1);
  if (unit === 's' || unit === 'ms' || unit === 'us' || unit === 'ns') return { field: found.path, unit };
  // Of nginx, in seconds with three decimals.
  const isSeconds =
    found.values.some((value) => /\.\d{3}$/.test(String(value))) && found.values.every((value) => Number(value) < 60);
  return { field: found.path, unit: isSeconds ? 's' : 'ms' };
}

/** The field with the code of an HTTP response. */
export function codeField(samples: readonly FieldSample[]): FieldSample | undefined {
  const names = ['status code', 'response status code', 'http status', 'status', 'code'];
  return fieldNamed(samples, names, ({ values }) => values.every((value) => /^(0|[1-5]\d\d)$/.test(String(value))));
}

export function statusField(samples: readonly FieldSample[], beside: string): FieldSample | undefined {
  const within = beside.slice(0, beside.lastIndexOf('.') + 1);
  const near = samples.filter(({ path }) => path.startsWith(within) && !path.slice(within.length).includes('.'));
  const isWord = ({ values }: FieldSample): boolean => values.every((value) => /^[a-z][\w -]*$/i.test(String(value)));
  return fieldNamed(near, ['status', 'state', 'phase'], isWord);
}

const COMPLETED = ['completed', 'complete', 'done', 'finished', 'succeeded', 'success', 'ready'];
const FAILED = ['failed', 'error', 'errored', 'failure', 'cancelled', 'canceled', 'aborted'];

/** The words for the ends of a generation. A log may not have one of them in its first lines, so those of its kind are included. */
export function endWords({ values }: FieldSample): { completed?: string[]; failed?: string[] } {
  const words = values.map(String);
  const of = (all: readonly string[]): string[] => words.filter((word) => all.includes(word.toLowerCase()));
  const [completed, failed] = [of(COMPLETED), of(FAILED)];
  return {
    ...(completed.length === 0 ? {} : { completed }),
    ...(failed.length === 0 ? {} : { failed }),
  };
}

const SESSION_NAMES = [
  'session',
  'session id',
  'sid',
  'tab',
  'tab id',
  'client id',
  'visitor id',
  'user id',
  'user',
  'uid',
];

export function sessionField(samples: readonly FieldSample[]): FieldSample | undefined {
  return fieldNamed(samples, SESSION_NAMES, isName);
}

const STORY_NAMES = ['story id', 'story', 'job id', 'job', 'task id', 'task', 'item id', 'key', 'id'];

export function storyField(samples: readonly FieldSample[], beside: string): FieldSample | undefined {
  const within = beside.slice(0, beside.lastIndexOf('.') + 1);
  const near = samples.filter(({ path }) => path.startsWith(within));
  return fieldNamed(samples, STORY_NAMES.slice(0, -1), isName) ?? fieldNamed(near, ['id'], isName);
}

export function generationField(samples: readonly FieldSample[], story: string | undefined): FieldSample | undefined {
  const names = ['generation', 'generation id', 'attempt', 'run', 'run id', 'job id', 'job'];
  return fieldNamed(samples, names, (sample) => sample.path !== story && isName(sample));
}

function isName({ values }: FieldSample): boolean {
  return values.every((value) => value !== '' && (typeof value === 'string' || Number.isSafeInteger(value)));
}

/**
 * A field that all lines with a progress have, with few values, and that other lines lack or have other values of.
 * @param isUnanswered whether a line without a progress is that of a request which failed
 */
export function distinguishing(
  relevant: readonly Fields[],
  others: readonly Fields[],
  isUnanswered: (record: Fields) => boolean,
): FieldSample | undefined {
  const names = ['event', 'message', 'msg', 'type', 'kind', 'name', 'operation name', 'action', 'source'];
  return fieldNamed(sampleFields(relevant), names, ({ path, count, values }) => {
    if (count !== relevant.length || values.length > KINDS_MAX) return false;
    const alike = others.filter((record) => values.includes(new RecordFields(record).find(path) as string));
    return alike.length < others.length && alike.every(isUnanswered);
  });
}

const KINDS_MAX = 3;
