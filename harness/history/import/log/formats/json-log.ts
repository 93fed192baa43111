import { firstJsonObject } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/** JSON objects, as pino, winston, bunyan and most loggers write them: one per line, or in a list. */
export const jsonLog: LogFormat = {
  name: 'json-log',
  noun: 'a log in JSON',
  recognise(firstBytes) {
    const { object } = firstJsonObject(firstBytes) ?? {};
    return object !== undefined && !EVENT_FIELDS.some((field) => field in object);
  },
  async open() {
    const { JsonRecords } = await import('../json-records.ts');
    return new JsonRecords();
  },
};

/** A history with a missing field is refused as a history. */
const EVENT_FIELDS: readonly string[] = ['f', 'process', 'history'];
