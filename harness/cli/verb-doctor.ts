import type { Command } from 'commander';
import { ExitCode } from '../errors.ts';
import { printableData } from '../report/printable.ts';
import { DEFAULT_BACKEND } from '../runner/defaults.ts';
import { backendNames, loadBackend } from '../runner/backend-registry.ts';
import { palette, print } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('check which backends this machine can run, and what the others need')
    .action(async () => finish(await diagnose()));
}

async function diagnose(): Promise<number> {
  let isUsable = true;
  print(`${palette.green('✓')} Node.js ${process.version}`);
  for (const name of backendNames()) {
    print(palette.bold(name));
    for (const { what, ok, detail } of printableData(await (await loadBackend(name)).diagnose())) {
      // Only the default backend decides the exit code.
      if (name === DEFAULT_BACKEND) isUsable &&= ok;
      print(`  ${ok ? palette.green('✓') : palette.red('✗')} ${what}: ${detail}`);
    }
  }
  return isUsable ? ExitCode.valid : ExitCode.unknown;
}
