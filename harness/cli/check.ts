import type { Command } from 'commander';
import { Option } from 'commander';
import { parseHistory } from '../history/codec.ts';
import { formatVerdicts } from '../report/text.ts';
import { judgeRun, propertyNames, requireProperties } from '../runner/judgement.ts';
import { readInput } from './input.ts';
import { duration, formatOption, propertyOption } from './options.ts';
import { exitCodeOf } from './session.ts';
import { palette, print } from './terminal.ts';

interface CheckFlags {
  property?: string[];
  format: 'text' | 'json';
  convergeWithin?: number;
}

export function addCheck(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('check')
    .description('judge a history, from a run or from your own logs')
    .argument('<history>', 'newline-delimited JSON as docs/HISTORY.md describes it')
    .addOption(propertyOption())
    .addOption(new Option('--converge-within <duration>', 'bound of convergence, e.g. 2s or 500ms').argParser(duration))
    .addOption(formatOption())
    .action(async (file: string, flags: CheckFlags) => finish(await check(file, flags)));
}

async function check(file: string, flags: CheckFlags): Promise<number> {
  const properties = flags.property === undefined ? propertyNames() : requireProperties(flags.property);
  const history = parseHistory(await readInput(file), file);
  const options = flags.convergeWithin === undefined ? {} : { convergeWithinMs: flags.convergeWithin };
  const judgement = judgeRun(history, properties, options);
  if (flags.format === 'json')
    print(JSON.stringify({ file, events: history.events.length, ...judgement }, undefined, 2));
  else print(formatVerdicts(history, judgement.verdicts, palette));
  return exitCodeOf(judgement.valid);
}
