import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { firstJsonObject } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';
import type { LogRecord, RecordReader } from '../log-record.ts';

/**
 * The events of `ratchet/monitor` and `ratchet watch`, as lines or in a list. A reversion is two values: the earlier one was shown
 * before, at the latest then. One that was held back was not shown.
 */
export const monitorLog: LogFormat = {
  name: 'monitor',
  noun: 'a log of ratchet/monitor',
  recognise(firstBytes) {
    const { object } = firstJsonObject(firstBytes) ?? {};
    return object !== undefined && 'event' in object && String(object.event).startsWith('ratchet.');
  },
  async open() {
    const { JsonRecords } = await import('../json-records.ts');
    const records = new JsonRecords();
    const reader: RecordReader = {
      push: (text) => records.push(text).flatMap(shownBy),
      end: () => records.end().flatMap(shownBy),
    };
    return reader;
  },
  fields: {
    where: { event: ['ratchet.progress', 'ratchet.reversion'] },
    time: 'time',
    session: 'session',
    story: 'key',
    progress: 'progress',
    generation: 'generation',
    status: 'status',
    operation: { field: 'kind', show: 'shown', receive: 'held' },
    carry: ['source'],
  },
};

function shownBy(record: LogRecord): LogRecord[] {
  if ('problem' in record) return [record];
  const { line, fields } = record;
  const { from, held } = fields;
  const earlier: Fields[] = isObject(from) ? [{ ...fields, status: undefined, ...from, kind: 'shown' }] : [];
  const own = { ...fields, kind: held === true ? 'held' : 'shown' };
  return [...earlier, own].map((each) => ({ line, fields: each }));
}
