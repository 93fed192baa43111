import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/** Pairs of key and value: `level=info msg="status answered" progress=40`. */
export const logfmtLog: LogFormat = {
  name: 'logfmt',
  noun: 'a log in logfmt',
  recognise: (firstBytes) => /^\s*(?:[\w.@-]+=(?:"(?:[^"\\\n]|\\.)*"|[^\s"]*)[ \t]+){2}/.test(textOfFirst(firstBytes)),
  async open() {
    const [{ LineRecords, NotARecord }, { logfmtFields }] = await Promise.all([
      import('../line-records.ts'),
      import('../logfmt.ts'),
    ]);
    return new LineRecords((line) => {
      const fields = logfmtFields(line);
      if (Object.keys(fields).length === 0) throw new NotARecord('no key=value');
      return fields;
    });
  },
};
