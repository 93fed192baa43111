/** What the verbs share that steer an environment from another terminal. */
import { Option } from 'commander';
import { describeFault } from '../report/plan-text.ts';
import { askControl, type ActiveFault, type Command as Order } from '../up/control.ts';
import { findUp } from '../up/state-folder.ts';
import { print } from './terminal.ts';

export interface SteeringFlags {
  up?: string;
  format: 'text' | 'json';
}

export const upOption = (): Option =>
  new Option('--up <name>', 'which environment, where several are up: the name that `ratchet up` printed');

export const replicaOption = (): Option => new Option('--replica <name>', 'replica-1, replica-2, …');

/** Has the order carried out and shows what is in force then. */
export async function steer(order: Order, { up, format }: SteeringFlags, signal: AbortSignal): Promise<number> {
  const faults = await askControl(findUp(up).socket, order, signal);
  print(format === 'json' ? JSON.stringify({ faults }, undefined, 2) : describeFaults(faults));
  return 0;
}

function describeFaults(faults: readonly ActiveFault[]): string {
  if (faults.length === 0) return 'no fault is in force';
  return faults
    .map(
      ({ id, fault, left }) =>
        `#${id}  ${describeFault(fault)}${left === undefined ? '' : ` (${left} more to befall)`}`,
    )
    .join('\n');
}
