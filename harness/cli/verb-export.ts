import type { Command } from 'commander';
import { Option } from 'commander';
import { ExitCode, UsageError } from '../errors.ts';
import { binaryExportFormats, exportFormats } from '../history/export/export-formats.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { openSource, type SourceOptions } from '../api/history-source.ts';
import { sourceOptions } from './source-options.ts';
import { printLines, writeBytes } from './terminal.ts';
import type { Finish } from './verb.ts';

const FORMATS = [...Object.keys(exportFormats), ...Object.keys(binaryExportFormats)];

interface ExportFlags extends SourceOptions {
  to: string;
}

export function addExport(program: Command, finish: Finish): void {
  const command = program
    .command('export')
    .description('write a history in another format')
    .argument('<history>', 'of a run, of Jepsen, or your own log, may be gzipped (.gz); - is standard input')
    .addOption(new Option('--to <format>', 'output format').choices(FORMATS).makeOptionMandatory());
  for (const option of sourceOptions()) command.addOption(option);
  command.action(async (file: string, flags: ExportFlags) => finish(await exportHistory(file, flags)));
}

async function exportHistory(file: string, flags: ExportFlags): Promise<number> {
  const binary = binaryExportFormats[flags.to];
  if (binary !== undefined && process.stdout.isTTY) {
    const hint = `redirect it: ratchet export ${file} --to ${flags.to} > history.${flags.to}`;
    throw new UsageError('output-binary', `${flags.to} is not text, and standard output is a terminal`, hint);
  }
  const source = await openSource(flags);
  const { history } = await source.load(file);
  if (binary === undefined) await exportLines(history, flags);
  else writeBytes((await binary())(history));
  return ExitCode.valid;
}

async function exportLines(history: HistoryColumns, flags: ExportFlags): Promise<void> {
  const events = Array.from({ length: history.length }, (_, index) => history.eventAt(index));
  const format = exportFormats[flags.to];
  if (format === undefined) throw new UsageError('format-unknown', `no format is called ${flags.to}`);
  const linesOf = await format();
  await printLines(linesOf({ header: history.header, events }));
}
