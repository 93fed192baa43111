import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/** Traces as the page and the API of Jaeger save them; each span is a record. */
export const jaegerLog: LogFormat = {
  name: 'jaeger',
  noun: 'an export of Jaeger',
  recognise: (firstBytes) =>
    /^\s*\{[^{}]*"data"\s*:\s*\[\s*\{\s*"(?:traceID|spans|processes)"/.test(textOfFirst(firstBytes)),
  async open() {
    const { ItemRecords } = await import('../json-records.ts');
    return new ItemRecords(['data.*'], recordsOf);
  },
  fields: {
    time: { field: 'ended', unit: 'us' },
    began: { field: 'startTime', unit: 'us' },
  },
};

function recordsOf(trace: unknown): Fields[] | undefined {
  if (!isObject(trace)) return undefined;
  const { spans, processes } = trace;
  return objectsIn(spans).map((span) => {
    const { startTime, duration, processID } = span;
    const process = isObject(processes) ? processes[String(processID)] : undefined;
    const ended = Number(startTime) + Number(duration);
    return {
      ...span,
      ...(Number.isSafeInteger(ended) ? { ended } : {}),
      tags: tagsOf(span['tags']),
      process: isObject(process) ? { service: process['serviceName'], tags: tagsOf(process['tags']) } : undefined,
    };
  });
}

function tagsOf(list: unknown): Fields {
  return Object.fromEntries(objectsIn(list).map(({ key, value }) => [String(key), value]));
}

function objectsIn(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
