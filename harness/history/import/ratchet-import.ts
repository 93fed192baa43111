import { HistoryReader } from '../reader.ts';
import { firstJsonObject } from './first-bytes.ts';
import type { ImportFormat } from './import-format.ts';

/**
 * Newline-delimited JSON as docs/HISTORY.md describes it: the first line is a header, or has the required fields of an
 * event.
 */
export const ratchetImport: ImportFormat = {
  name: 'ratchet',
  options: [],
  recognise(firstBytes) {
    const { object, isInArray } = firstJsonObject(firstBytes) ?? {};
    if (object === undefined || isInArray === true) return false;
    const isHeader = 'history' in object && !('index' in object);
    return isHeader || isEvent(object);
  },
  async read({ name, bytes }) {
    const reader = new HistoryReader(name);
    for await (const chunk of bytes) reader.push(chunk);
    return { history: reader.end() };
  },
};

function isEvent(object: object): boolean {
  const hasAll = ['index', 'time', 'process', 'type', 'f'].every((field) => field in object);
  return hasAll && ('key' in object || (object as { f: unknown }).f === 'fault');
}
