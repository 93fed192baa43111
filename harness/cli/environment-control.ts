/** Shared by the verbs that control an environment from another terminal. */
import { Option } from 'commander';
import { describeFault } from '../plan/fault-words.ts';
import { printableData } from '../report/printable.ts';
import { requestControl, type ActiveFault, type Command as ControlCommand } from '../up/control.ts';
import { findUp } from '../up/state-folder.ts';
import { print, printJson } from './terminal.ts';

export interface ControlFlags {
  up?: string;
  format: 'text' | 'json';
}

export const upOption = (): Option =>
  new Option('--up <name>', 'name of the environment, as printed by `ratchet up`; required if several are up');

export const replicaOption = (): Option => new Option('--replica <name>', 'replica-1, replica-2, …');

/** Sends a command to the environment and prints the faults that are active afterwards. */
export async function sendCommand(
  command: ControlCommand,
  { up, format }: ControlFlags,
  signal: AbortSignal,
): Promise<number> {
  const faults = await requestControl(findUp(up).socket, command, signal);
  if (format === 'json') printJson({ faults }, 2);
  else print(describeFaults(printableData(faults)));
  return 0;
}

function describeFaults(faults: readonly ActiveFault[]): string {
  if (faults.length === 0) return 'no fault is active';
  return faults
    .map(
      ({ id, fault, left }) =>
        `#${id}  ${describeFault(fault)}${left === undefined ? '' : ` (${left} more ${left === 1 ? 'request' : 'requests'})`}`,
    )
    .join('\n');
}
