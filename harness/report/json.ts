/** The reporter for programs: one JSON value at the end. `docs/report.schema.json` describes it. */
import type { Reporter, ReporterOptions, VerbEnd, VerbStart } from '../port/reporter.ts';
import { REPORT_VERSION, type JsonRecord, type JsonReport } from './json-report.ts';
import { printableJson } from './printable.ts';

type Records = Readonly<Record<string, unknown>>[];

export function createJsonReporter({ output }: ReporterOptions): Reporter {
  const records: Records = [];
  const explorations: Records = [];
  let start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  return {
    begin(begun) {
      start = begun;
    },
    ran({ record }) {
      records.push(record);
    },
    explored({ record }) {
      explorations.push(record);
    },
    end(ended) {
      output.write(`${printableJson(JSON.stringify(reportOf(start, records, explorations, ended), undefined, 2))}\n`);
    },
  };
}

function reportOf(
  { verb, titles, leftOut }: VerbStart,
  records: Records,
  explorations: Records,
  { valid, error, baseline }: VerbEnd,
): JsonReport {
  const rest = {
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map(({ title, reason }) => ({ ...title, reason })) }),
    ...(error === undefined ? {} : { error: error.message }),
    ...(baseline === undefined ? {} : { baseline }),
  };
  const head = { version: REPORT_VERSION, valid } as const;
  if (verb === 'check') return { ...head, files: records as JsonRecord[], ...rest };
  const searched = explorations.length === 0 ? {} : { explorations };
  if (verb !== 'explore') return { ...head, runs: records as JsonRecord[], ...searched, ...rest };
  const [first] = titles;
  return { ...head, subject: first?.subject, seed: first?.seed, explorations, ...rest };
}
