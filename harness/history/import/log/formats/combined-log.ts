import type { Fields } from '../../../event-shape.ts';
import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/**
 * The access log of Apache and nginx, common or combined. What follows the known fields is `extra.0`, `extra.1`, …, and as a field
 * if it is a pair such as `progress=40`.
 */
export const combinedLog: LogFormat = {
  name: 'combined',
  noun: 'an access log',
  recognise: (firstBytes) => begin.test(textOfFirst(firstBytes)),
  async open() {
    const { LineRecords, NotARecord } = await import('../line-records.ts');
    return new LineRecords((line) => {
      const fields = fieldsOf(line);
      if (fields === undefined) throw new NotARecord('not a line of an access log');
      return fields;
    });
  },
  fields: {
    time: { field: 'time', unit: 'http' },
    outcome: { field: 'status', ok: '2xx', fail: ['4xx', '5xx'], info: ['1xx', '3xx', '408', '499', '504'] },
  },
};

const begin = /^\uFEFF?(\S+) (\S+) (\S+) \[([^\]\n]*)\] "((?:[^"\\\n]|\\.)*)" (\d{3}|-) (\d+|-)/;
const token = /"((?:[^"\\]|\\.)*)"|(\S+)/g;

function fieldsOf(line: string): Fields | undefined {
  const match = begin.exec(line);
  if (match === null) return undefined;
  const [whole, address = '', , user = '', time = '', request = '', status = '', bytes = ''] = match;
  const [method, url] = request.split(' ');
  const rest = [...line.slice(whole.length).trim().matchAll(token)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const isCombined = /^\s*"/.test(line.slice(whole.length));
  const [referer, agent] = isCombined ? rest : [];
  const extra = rest.slice(isCombined ? 2 : 0);
  return {
    remote_addr: address,
    ...present('remote_user', user),
    time,
    method,
    url,
    status,
    ...present('bytes', bytes),
    ...present('referer', referer),
    ...present('user_agent', agent),
    extra,
    ...Object.fromEntries(extra.flatMap(pairOf)),
  };
}

/** `-` stands for a value that there is not. */
function present(name: string, value: string | undefined): Fields {
  return value === undefined || value === '-' || value === '' ? {} : { [name]: value };
}

function pairOf(text: string): [string, string][] {
  const [, name, value = ''] = /^(\w+)[=:]"?(.*?)"?$/.exec(text) ?? [];
  return name === undefined || value === '-' || value === '' ? [] : [[name, value]];
}
