/** The options of `--exhaustive`, and what they mean. */
import { InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { ExhaustiveOptions } from '../api/exhaust-bases.ts';
import type { ExhaustiveProgress } from '../api/explore-ranges.ts';
import { describeExhaustiveProgress } from '../report/exhaustive-text.ts';
import { askOnTerminal } from './questions.ts';

export interface ExhaustiveFlags {
  exhaustive?: 1 | 2;
  resume?: boolean;
  yes?: boolean;
}

export const exhaustiveOption = (description: string): Option =>
  new Option('--exhaustive <n>', description).argParser(deviationsMax);

/** Those that have a meaning only with `--exhaustive`. */
export const exhaustiveOptions = (): Option[] => [
  new Option('--resume', 'with --exhaustive 2: continue a search that was interrupted, from its file in the reports'),
  new Option('--yes', 'with --exhaustive 2: try the plans, even if there are more than a million'),
];

/** @throws UsageError for an option that has a meaning only with `--exhaustive` */
export function requireExhaustive({ exhaustive, resume, yes }: ExhaustiveFlags): void {
  const given = [resume && '--resume', yes && '--yes'].find((name) => typeof name === 'string');
  if (exhaustive !== undefined || given === undefined) return;
  throw new UsageError(
    'flags-contradictory',
    `${given} has a meaning only with --exhaustive`,
    'add --exhaustive 1 or 2',
  );
}

export function exhaustiveSearch({ exhaustive, resume, yes }: ExhaustiveFlags, signal: AbortSignal): ExhaustiveOptions {
  return {
    exhaustive,
    resume,
    confirmPlans: async (plans, base) => {
      if (yes === true) return true;
      if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
      const text = `about ${(plans / 1e6).toFixed(1)} million plans within 2 deviations of ${base}: try them?`;
      const answer = await askOnTerminal(signal)({
        text,
        proposal: 'no',
        options: ['yes', 'no'],
        isOpen: false,
      });
      return answer === 'yes';
    },
  };
}

export function describeBaseProgress(state: ExhaustiveProgress): string {
  const { scenario, subject, backend } = state;
  if ('message' in state) return `${backend}  ${state.message}`;
  return `${scenario} · ${subject}  ${describeExhaustiveProgress(state.exhaustive)}`;
}

function deviationsMax(text: string): 1 | 2 {
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw new InvalidArgumentError('It must be 1 or 2, the greatest number of deviations.');
}
