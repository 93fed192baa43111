/** What the first records of a log have: their fields by path, with the values that occur. */
import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { fieldsOfText } from '../record-fields.ts';

/** Of one path. */
export interface FieldSample {
  path: string;
  /** In how many of the records it is present. */
  count: number;
  /** Different values, in order of appearance, at most `VALUES_MAX`. */
  values: (string | number | boolean)[];
  /** The words of its name: `storyId` and `story.id` have story and id. */
  words: readonly string[];
}

const DEPTH_MAX = 8;
const PATHS_MAX = 400;
const VALUES_MAX = 200;

/** In order of appearance. */
export function sampleFields(records: readonly Fields[]): FieldSample[] {
  const samples = new Map<string, FieldSample>();
  for (const record of records) {
    for (const [path, value] of leavesOf(record, '', 0)) addSample(samples, path, value);
  }
  return [...samples.values()];
}

function addSample(samples: Map<string, FieldSample>, path: string, value: string | number | boolean): void {
  let sample = samples.get(path);
  if (sample === undefined) {
    if (samples.size >= PATHS_MAX) return;
    sample = { path, count: 0, values: [], words: wordsOf(path) };
    samples.set(path, sample);
  }
  sample.count += 1;
  if (sample.values.length < VALUES_MAX && !sample.values.includes(value)) sample.values.push(value);
}

/** Of a list, only the first element. A text that holds fields is itself a leaf, before its fields. */
function* leavesOf(value: unknown, path: string, depth: number): Generator<[string, string | number | boolean]> {
  if (value === null || value === undefined || depth > DEPTH_MAX) return;
  if (typeof value === 'string') {
    if (value.length <= TEXT_MAX) yield [path, value];
    const inner = path === '' ? undefined : fieldsOfText(value);
    if (inner !== undefined) yield* leavesOf(inner, path, depth + 1);
  } else if (Array.isArray(value)) {
    yield* leavesOf(value[0], joined(path, '0'), depth + 1);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) yield* leavesOf(member, joined(path, name), depth + 1);
  } else if (typeof value === 'number' || typeof value === 'boolean') {
    yield [path, value];
  }
}

const TEXT_MAX = 2048;

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Of the last name, after those of the name before it if it says little: story, id of `story.id`, session, id of `user.sessionId`. */
function wordsOf(path: string): string[] {
  const names = path.split('.');
  const last = wordsIn(names.at(-1) ?? '');
  return last.length === 1 && GENERAL.has(last[0] ?? '') ? [...wordsIn(names.at(-2) ?? ''), ...last] : last;
}

const GENERAL: ReadonlySet<string> = new Set(['id', 'uuid', 'key', 'name', 'code', 'ms', 'host']);

function wordsIn(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}
