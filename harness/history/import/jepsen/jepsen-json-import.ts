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
    return isInArray === true || isJepsenOperation(object);
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
 * Distinguishes an operation of Jepsen from a Ratchet event without a key: the operation always has a value (which may
 * be null) that is not a progress, and its process is a number or the nemesis. So a Ratchet history with a missing
 * field is not judged as a register.
 */
function isJepsenOperation(fields: Fields): boolean {
  const { process, value } = fields;
  if (value === undefined || 'key' in fields || 'session' in fields) return false;
  return (Number.isSafeInteger(process) || process === 'nemesis') && !(isObject(value) && 'progress' in value);
}
