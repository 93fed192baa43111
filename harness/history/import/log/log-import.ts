import type { ImportFormat } from '../import-format.ts';
import type { LogFormat } from './log-format.ts';

/** A team's own logs in one format: a mapping assigns their fields. */
export function logImport(log: LogFormat): ImportFormat {
  return {
    name: log.name,
    firstBytesMax: FIRST_BYTES,
    options: ['mapping', 'url'],
    log,
    recognise: (firstBytes) => log.recognise(firstBytes),
    async read(input, options) {
      const { readLog } = await import('./read-log.ts');
      return readLog(input, log, options);
    },
  };
}

/** A line of a log may be long. */
const FIRST_BYTES: number = 64 * 1024;
