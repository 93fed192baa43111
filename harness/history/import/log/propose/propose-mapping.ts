/** Proposes a mapping from the first records of a log. */
import type { Fields } from '../../../event-shape.ts';
import { joinMappings } from '../complete-mapping.ts';
import { queryOf } from '../url-pattern.ts';
import { Draft, type Proposal } from './draft.ts';
import type { LogFormat } from '../log-format.ts';
import { MappingSchema, type GivenMapping } from '../mapping-schema.ts';
import { RecordFields } from '../record-fields.ts';
import { NotAnEvent, selectedFields, URL_FIELDS } from '../record-selection.ts';
import {
  codeField,
  distinguishing,
  durationField,
  endWords,
  fieldNamed,
  generationField,
  maxOf,
  namesZone,
  progressField,
  sessionField,
  statusField,
  storyField,
  timeField,
} from './field-choices.ts';
import { sampleFields, type FieldSample } from './record-samples.ts';
import { patternOf } from './url-shape.ts';

/**
 * The fields that the format and `given` do not have. A field is proposed only if its name and all of its values fit.
 * @param records the first ones of the log
 */
export function proposeMapping(records: readonly Fields[], format: LogFormat, given: GivenMapping = {}): Proposal {
  const known = joinMappings(given, format);
  const selected = records.filter((record) => !isAnswer(record) || selectedOf(record, known) !== undefined);
  const progress = progressField(sampleFields(selected.filter((record) => isAnswer(record))));
  if (progress === undefined) return { fields: {}, reasons: {} };
  const isRelevant = (record: Fields): boolean => new RecordFields(record).find(progress.path) !== undefined;
  const relevant = selected.filter(isRelevant);
  const draft = new Draft(known, format);
  const answers = relevant.filter(isAnswer);
  proposeProgress(draft, progress);
  proposeTime(draft, sampleFields(relevant));
  proposeUrl(draft, answers);
  proposeNames(draft, [...sampleFields(answers), ...sampleQueries(answers)], progress.path);
  proposeStatus(draft, sampleFields(relevant), progress.path);
  proposeRequest(draft, sampleFields(selected), sampleFields(relevant));
  proposeWhere(
    draft,
    relevant,
    selected.filter((record) => !isRelevant(record)),
  );
  proposeFrames(
    draft,
    answers,
    relevant.filter((record) => !isAnswer(record)),
  );
  proposeOtherwise(draft, selected.filter(isAnswer));
  return { fields: draft.fields, reasons: draft.reasons };
}

/** The fields of a record that a mapping selects; `undefined` if it excludes it. */
function selectedOf(record: Fields, { where, url }: GivenMapping): RecordFields | undefined {
  try {
    return selectedFields(record, { where, url });
  } catch (error) {
    if (error instanceof NotAnEvent) return undefined;
    throw error;
  }
}

/** Not a message that was pushed. */
function isAnswer(record: Fields): boolean {
  return record['kind'] !== 'frame';
}

function proposeProgress(draft: Draft, sample: FieldSample): void {
  const max = maxOf(sample);
  const numbers = sample.values.map(Number);
  const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
  draft.set(
    'progress',
    max === 100 ? sample.path : { field: sample.path, max },
    `${range}${max === 1 ? ': fractions' : ': per cent'}`,
  );
}

function proposeTime(draft: Draft, samples: readonly FieldSample[]): void {
  const time = timeField(samples);
  const sample = samples.find(({ path }) => path === time?.field);
  if (time === undefined || sample === undefined) return;
  draft.set('time', time.unit === 'iso' ? time.field : time, `for example ${sample.values[0]}`);
  const isDate = time.unit === 'iso' || time.unit === 'http';
  if (isDate && !namesZone(sample))
    draft.set('zone', 'UTC', 'the dates name no zone: change it if they are local times');
}

function proposeUrl(draft: Draft, answers: readonly Fields[]): void {
  if (draft.known.url !== undefined) return;
  const pattern = patternOf(answers.flatMap((record) => urlOf(record) ?? []));
  if (pattern === undefined) return;
  draft.set('url', pattern, 'the requests that were answered with a progress');
  if (pattern.includes(':story')) draft.set('story', ':story', 'from the URL');
}

function proposeNames(draft: Draft, samples: readonly FieldSample[], progress: string): void {
  const story =
    draft.known.story === undefined && draft.fields.story === undefined ? storyField(samples, progress) : undefined;
  if (story !== undefined) draft.set('story', story.path, `for example ${story.values[0]}`);
  const generation = generationField(samples, story?.path);
  if (generation !== undefined) proposeGeneration(draft, generation);
  const session = sessionField(samples);
  if (session !== undefined) return draft.set('session', session.path, `for example ${session.values[0]}`);
  const address = fieldNamed(samples, ['remote addr', 'client ip', 'ip', 'remote address']);
  if (address !== undefined) {
    draft.set(
      'session',
      address.path,
      'an address may be shared by several users, which makes false violations: prefer a cookie or a user',
    );
  }
}

function proposeGeneration(draft: Draft, sample: FieldSample): void {
  const isNumber = sample.values.every((value) => /^[1-9]\d{0,5}$/.test(String(value)));
  const counted = { field: sample.path, counted: 'first-seen' as const };
  const reason = isNumber ? 'numbers of the log' : 'identifiers, numbered per story in the order of time';
  draft.set('generation', isNumber ? sample.path : counted, reason);
}

function proposeStatus(draft: Draft, samples: readonly FieldSample[], progress: string): void {
  const status = statusField(samples, progress);
  if (status === undefined) return;
  const { completed, failed } = endWords(status);
  const ends = {
    ...(completed === undefined || String(completed) === 'completed' ? {} : { completed }),
    ...(failed === undefined || String(failed) === 'failed' ? {} : { failed }),
  };
  const value = Object.keys(ends).length === 0 ? status.path : { field: status.path, ...ends };
  draft.set('status', value, status.values.slice(0, 6).join(', '));
}

function proposeRequest(draft: Draft, selected: readonly FieldSample[], relevant: readonly FieldSample[]): void {
  const took = durationField(relevant);
  if (took !== undefined && draft.known.began === undefined) draft.set('took', took, 'the duration of the request');
  const code = codeField(relevant);
  if (code !== undefined) {
    const all = selected.find(({ path }) => path === code.path) ?? code;
    const codes = all.values.map(String).sort();
    draft.set(
      'outcome',
      { field: code.path, ok: '2xx', fail: ['4xx', '5xx'], info: [0, '3xx', 408, 499, 504] },
      codes.join(', '),
    );
  }
  const carried: Record<string, string> = {};
  const server = fieldNamed(relevant, ['served by', 'db host', 'replica', 'database', 'node', 'upstream']);
  const host = server ?? relevant.find(({ path }) => path === 'db.host');
  if (host !== undefined) carried['served_by'] = host.path;
  const cache = fieldNamed(relevant, ['cache', 'vercel cache', 'cache status']);
  if (cache !== undefined) carried['cache'] = cache.path;
  if (Object.keys(carried).length > 0) draft.set('carry', carried, 'who answered');
}

function proposeWhere(draft: Draft, relevant: readonly Fields[], others: readonly Fields[]): void {
  const code = codeField(sampleFields(relevant));
  const isUnanswered = (record: Fields): boolean => {
    const value = code === undefined ? undefined : new RecordFields(record).find(code.path);
    return value !== undefined && !/^2\d\d$/.test(String(value));
  };
  const hasUrl = draft.fields.url !== undefined || draft.known.url !== undefined;
  const sample = hasUrl ? undefined : distinguishing(relevant, others, isUnanswered);
  if (sample !== undefined) {
    const [first = '', ...rest] = sample.values;
    draft.set('where', { [sample.path]: rest.length === 0 ? first : sample.values }, 'the lines with a progress');
  } else if (!hasUrl && !others.every(isUnanswered)) {
    draft.set('otherwise', 'skip', 'some lines have no progress, and no field tells which');
  }
}

/** A failed request may lack what an answered one has. */
function proposeOtherwise(draft: Draft, records: readonly Fields[]): void {
  const mapping = joinMappings(MappingSchema.parse(draft.fields), draft.format);
  const paths = [mapping.session, mapping.story].filter((path) => path !== undefined);
  const isLacking = (record: Fields): boolean => {
    const fields = selectedOf(record, mapping);
    return fields !== undefined && paths.some((path) => fields.find(path) === undefined);
  };
  if (records.some(isLacking)) draft.set('otherwise', 'skip', 'some requests have no session or story');
}

/** Frames of WebSockets are read too if one of their fields has a name that is in the URLs, as the story is. */
function proposeFrames(draft: Draft, answers: readonly Fields[], frames: readonly Fields[]): void {
  const url = draft.fields.url ?? draft.known.url?.pattern.map(({ text }) => text);
  const story = draft.fields.story ?? draft.known.story;
  if (frames.length === 0 || url === undefined || story === undefined) return;
  const parts = new Set(answers.flatMap(urlParts));
  const id = sampleFields(frames).find(
    ({ path, values }) => path.startsWith('body.') && values.some((value) => parts.has(String(value))),
  );
  if (id === undefined) return;
  draft.fields.url = [url, 'ws:'].flat() as string[];
  draft.fields.story = [story, id.path].flat();
  draft.reasons.url = 'the requests that were answered with a progress, and the messages of WebSockets';
  draft.reasons.story = 'from the URL, or from the message';
}

/** The segments and the parameters of its URL. */
function urlParts(record: Fields): string[] {
  return (urlOf(record) ?? '').split(/[/?&=#]/);
}

/** The parameters of the URLs, as fields `?name`. */
function sampleQueries(records: readonly Fields[]): FieldSample[] {
  const queries = records.map((record) => Object.fromEntries(queryOf(urlOf(record) ?? '')));
  return sampleFields(queries).map((sample) => ({ ...sample, path: `?${sample.path}` }));
}

function urlOf(record: Fields): string | undefined {
  const fields = new RecordFields(record);
  return URL_FIELDS.map((path) => fields.find(path)).find((value) => typeof value === 'string');
}
