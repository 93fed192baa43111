import { UsageError } from '../../../errors.ts';
import { textOfFirst } from '../first-bytes.ts';
import type { ImportFormat } from '../import-format.ts';
import { readText } from '../input-text.ts';

/** A team's own logs, newline-delimited JSON: a mapping assigns their fields. */
export const jsonLogImport: ImportFormat = {
  name: 'json-log',
  options: ['mapping'],
  recognise: (firstBytes) => /^\s*\{/.test(textOfFirst(firstBytes)),
  async read(input, { mapping }) {
    if (mapping === undefined) throw new UsageError('mapping-missing', `${input.name}: a log needs a mapping`);
    const { importLog } = await import('./logs.ts');
    const { history, ...log } = importLog(await readText(input), input.name, mapping);
    return { history, log };
  },
};
