/** Spoiled logs of every format, for the property test and for `bench/spoiled-logs.ts`. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { UsageError } from '../../../errors.ts';
import { spoiledArbitrary } from '../../spoiled-file.test-support.ts';
import { importText } from './log-history.test-support.ts';

/** A log of `fixtures/logs`, and how it is read. */
export interface SampleLog {
  format: string;
  file: string;
  mapping?: string;
  url?: string;
}

const message = (within: string): string =>
  ['session', 'story', 'progress', 'status'].map((name) => `${name}: ${within}.${name}\n`).join('');

export const sampleLogs: readonly SampleLog[] = [
  { format: 'har', file: 'browser.har', url: '/api/stories/:story/status' },
  {
    format: 'otlp',
    file: 'traces.otlp.ndjson',
    mapping:
      'url: /api/stories/:story/status\nsession: attributes.session.id\nprogress: attributes.story.progress\noutcome: { field: attributes.http.response.status_code, ok: 2xx, fail: 5xx }\n',
  },
  {
    format: 'jaeger',
    file: 'jaeger.json',
    mapping:
      'url: /api/stories/:story/status\nsession: tags.session.id\nprogress: tags.progress\noutcome: { field: tags.http.status_code, ok: 2xx, fail: 5xx }\n',
  },
  {
    format: 'cloudwatch',
    file: 'cloudwatch.json',
    mapping: `where: { message.event: status.answered }\n${message('message')}`,
  },
  {
    format: 'supabase',
    file: 'supabase.json',
    mapping: `where: { event_message.event: status.answered }\n${message('event_message')}`,
  },
  {
    format: 'supabase',
    file: 'supabase.csv',
    mapping: `where: { event_message.event: status.answered }\n${message('event_message')}`,
  },
  {
    format: 'vercel',
    file: 'vercel.ndjson',
    mapping: `where: { statusCode: 200 }\nurl: /api/stories/:story/status\nsession: message.session\nprogress: message.progress\n`,
  },
  { format: 'monitor', file: 'monitor.ndjson' },
  {
    format: 'json-log',
    file: 'status-endpoint.ndjson',
    mapping: readFileSync(new URL('../../../../fixtures/logs/status-endpoint.map.yaml', import.meta.url), 'utf8'),
  },
  {
    format: 'json-log',
    file: 'status-list.json',
    mapping:
      'time: { field: ts, unit: s }\nsession: sid\nstory: story\nprogress: pct\noutcome: { field: code, ok: 2xx, info: 504 }\n',
  },
  {
    format: 'combined',
    file: 'access.log',
    mapping:
      'url: /api/stories/:story/status\nsession: ?tab\nprogress: progress\ntook: { field: rt, unit: s }\noutcome: { field: status, ok: 2xx, fail: [4xx, 5xx], info: [1xx, 3xx, 504] }\n',
  },
  {
    format: 'csv',
    file: 'status.csv',
    mapping: 'time: time\nzone: Europe/Berlin\nsession: session\nstory: story_id\nprogress: progress\nstatus: state\n',
  },
  {
    format: 'logfmt',
    file: 'status.logfmt',
    mapping:
      'where: { msg: status answered }\ntime: time\nsession: session\nstory: story\nprogress: progress\noutcome: { field: status_code, ok: 2xx, info: 504 }\n',
  },
];

export function textOf({ file }: SampleLog): string {
  return readFileSync(new URL(`../../../../fixtures/logs/${file}`, import.meta.url), 'utf8');
}

export function spoiledLog(sample: SampleLog): fc.Arbitrary<Buffer> {
  return spoiledArbitrary(fc.constant(textOf(sample).split('\n')));
}

/** `imported`, the message of the refusal, or `crashed: …`. */
export async function outcomeOf(bytes: Uint8Array, { format, mapping, url }: SampleLog): Promise<string> {
  try {
    await importText(bytes, {
      format,
      name: 'f',
      ...(mapping === undefined ? {} : { mapping }),
      ...(url === undefined ? {} : { url }),
    });
    return 'imported';
  } catch (error) {
    return error instanceof UsageError ? error.message : `crashed: ${(error as Error).stack}`;
  }
}

/** What an outcome may be. */
export const FINE = /^(?:imported$|f:\d+: [^])/;
