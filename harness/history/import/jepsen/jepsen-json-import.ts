import { isObject } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import { firstJsonObject } from '../first-bytes.ts';
import type { ImportFormat } from '../import-format.ts';
import { readText } from '../input-text.ts';
import { registerProperties } from './register-properties.ts';

/** Operation maps as JSON: in one array, or one after another. */
export const jepsenJsonImport: ImportFormat = {
  name: 'jepsen-json',
  options: ['initial'],
  properties: registerProperties,
  recognise(firstBytes) {
    const { object, isInArray } = firstJsonObject(firstBytes) ?? {};
    if (!isObject(object) || !isOperation(object)) return false;
    return isInArray === true || isJepsens(object);
  },
  async read(input, { initial }) {
    const { importJepsenJson } = await import('./jepsen.ts');
    return { history: importJepsenJson(await readText(input), input.name, initial === undefined ? {} : { initial }) };
  },
};

const types: readonly unknown[] = ['invoke', 'ok', 'fail', 'info'];

function isOperation(fields: Fields): boolean {
  return types.includes(fields['type']) && 'f' in fields && 'process' in fields;
}

/**
 * What tells an operation of Jepsen from an event of ours that lacks its key: it always has a value, though it be null,
 * which knows no progress, and its process is a number or the nemesis. A history of ours is never judged as a register
 * because something is missing from it.
 */
function isJepsens(fields: Fields): boolean {
  const { process, value } = fields;
  if (value === undefined || 'key' in fields || 'session' in fields) return false;
  return (Number.isSafeInteger(process) || process === 'nemesis') && !(isObject(value) && 'progress' in value);
}
