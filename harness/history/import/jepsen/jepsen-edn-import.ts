import { textOfFirst } from '../first-bytes.ts';
import type { ImportFormat } from '../import-format.ts';
import { readText } from '../input-text.ts';
import { registerProperties } from './register-properties.ts';

/** White space and comments, then the first map, which may be in a vector or a list, and may have a tag. */
const firstMap = /^(?:[\s,]|;[^\n]*\n)*[[(]?(?:[\s,]|;[^\n]*\n)*(?:#[\w.$/-]+\s*)?\{[\s,]*:[a-z]/i;

/** Keywords distinguish EDN from JSON. */
export const jepsenEdnImport: ImportFormat = {
  name: 'jepsen-edn',
  options: ['initial'],
  properties: registerProperties,
  recognise: (firstBytes) => firstMap.test(textOfFirst(firstBytes)),
  async read(input, { initial }) {
    const { importJepsenEdn } = await import('./jepsen.ts');
    return { history: importJepsenEdn(await readText(input), input.name, initial === undefined ? {} : { initial }) };
  },
};
