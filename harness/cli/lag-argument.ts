/** Parses a lag on the command line: `5s`, `pause`. */
import { InvalidArgumentError } from 'commander';
import type { FaultRequest } from '../up/control.ts';
import { duration } from './bounds.ts';

export function parseLag(text: string): FaultRequest {
  if (text === 'pause') return { kind: 'lag', mode: 'paused' };
  if (!/^\d/.test(text)) throw new InvalidArgumentError('It must be like 5s, 500ms or pause.');
  return { kind: 'lag', mode: 'timed', delay_ms: duration(text) };
}
