import { firstJsonObject } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/** A log drain of Vercel, as lines or as lists. What the application logs is in `message`. */
export const vercelLog: LogFormat = {
  name: 'vercel',
  noun: 'a log of Vercel',
  recognise(firstBytes) {
    const { object } = firstJsonObject(firstBytes) ?? {};
    return object !== undefined && 'deploymentId' in object && ('projectId' in object || 'source' in object);
  },
  async open() {
    const { JsonRecords } = await import('../json-records.ts');
    return new JsonRecords();
  },
  fields: { time: { field: 'timestamp', unit: 'ms' } },
};
