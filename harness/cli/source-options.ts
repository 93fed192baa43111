/** Options of the commands that read histories. */
import { InvalidArgumentError, Option } from 'commander';
import { valueProblem } from '../history/event-shape.ts';
import type { Value } from '../history/event.ts';
import { importFormats } from '../history/import/import-formats.ts';

export const sourceOptions = (): Option[] => [
  new Option('--from <format>', 'format of the files (default: detected from their first bytes)').choices(
    importFormats.map(({ name }) => name),
  ),
  new Option(
    '--map <file>',
    'the files are your own logs; FILE maps their fields (docs/LOGS.md); may be repeated, for files of several formats',
  ).argParser((file: string, before: readonly string[] = []) => [...before, file]),
  new Option(
    '--url <pattern>',
    'URL of the status requests in your own logs, e.g. /api/stories/:story/status; enough for a HAR file',
  ),
  new Option(
    '--initial <value>',
    'initial value of the registers of a Jepsen history, as JSON (default: null)',
  ).argParser(initial),
];

function initial(text: string): Value {
  const value = parseJson(text);
  const problem = value === undefined ? 'It must be JSON, e.g. 0 or "a".' : valueProblem(value);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return value as Value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
