/** The reporter for programs: one JSON value at the end. */
import type { Reporter, ReporterOptions, VerbEnd, VerbStart } from '../port/reporter.ts';
import { printableJson } from './printable.ts';

type Records = Readonly<Record<string, unknown>>[];

export function createJsonReporter({ output }: ReporterOptions): Reporter {
  const records: Records = [];
  let start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  return {
    begin(begun) {
      start = begun;
    },
    ran({ record }) {
      records.push(record);
    },
    explored({ record }) {
      records.push(record);
    },
    end(ended) {
      output.write(`${printableJson(JSON.stringify(reportOf(start, records, ended), undefined, 2))}\n`);
    },
  };
}

function reportOf({ verb, titles, leftOut }: VerbStart, records: Records, { valid, error }: VerbEnd): unknown {
  const rest = {
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map(({ title, reason }) => ({ ...title, reason })) }),
    ...(error === undefined ? {} : { error: error.message }),
  };
  if (verb === 'check') return { valid, files: records, ...rest };
  if (verb !== 'explore') return { valid, runs: records, ...rest };
  const [first] = titles;
  return { subject: first?.subject, seed: first?.seed, explorations: records, ...rest };
}
