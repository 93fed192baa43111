import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/** A table whose first line has the names of the fields, separated by commas, semicolons or tabs. */
export const csvLog: LogFormat = {
  name: 'csv',
  noun: 'a CSV table',
  recognise: (firstBytes) => delimiterOf(textOfFirst(firstBytes)) !== undefined,
  async open() {
    const { CsvRecords } = await import('../csv-records.ts');
    return new CsvRecords(delimiterOf);
  },
};

/** The separator of a first line that consists of three names or more; `undefined` for any other line. */
export function delimiterOf(text: string): string | undefined {
  const line = /^\uFEFF?([^\r\n]*)[\r\n]/.exec(text)?.[1] ?? '';
  return [',', ';', '\t'].find((delimiter) => {
    const names = line.split(delimiter);
    return names.length >= 3 && names.every((name) => NAME.test(name.trim()));
  });
}

const NAME = /^(?:"[^"\n]*[A-Za-z_][^"\n]*"|[A-Za-z_@$][\w .:/@$()#-]*)$/;
