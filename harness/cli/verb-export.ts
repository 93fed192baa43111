import type { Command } from 'commander';
import { Option } from 'commander';
import { ExitCode } from '../errors.ts';
import { formatEvent, formatHeader } from '../history/codec.ts';
import type { History } from '../history/event.ts';
import { exportJepsenEdn } from '../history/export/jepsen-edn.ts';
import { openSource, sourceOptions } from './history-source.ts';
import type { SourceFlags } from './history-source.ts';
import { printLines } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ExportFlags extends SourceFlags {
  to: 'jepsen-edn' | 'ratchet';
}

const formats = { 'jepsen-edn': exportJepsenEdn, ratchet: exportRatchet };

export function addExport(program: Command, finish: Finish): void {
  const command = program
    .command('export')
    .description('write a history in another format')
    .argument('<history>', 'of a run, of Jepsen, or of your own logs; .gz too; - is standard input')
    .addOption(new Option('--to <format>', 'what to write').choices(Object.keys(formats)).makeOptionMandatory());
  for (const option of sourceOptions()) command.addOption(option);
  command.action(async (file: string, flags: ExportFlags) => finish(await exportHistory(file, flags)));
}

async function exportHistory(file: string, flags: ExportFlags): Promise<number> {
  const source = await openSource(flags);
  const { history } = await source.load(file);
  const events = Array.from({ length: history.length }, (_, index) => history.eventAt(index));
  printLines(formats[flags.to]({ header: history.header, events }));
  return ExitCode.valid;
}

function* exportRatchet({ header, events }: History): Generator<string> {
  if (header !== undefined) yield formatHeader(header);
  for (const event of events) yield formatEvent(event);
}
