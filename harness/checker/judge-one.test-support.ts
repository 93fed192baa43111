import type { History } from '../history/event.ts';
import { judge } from './compose.ts';
import type { PropertyName } from './properties.ts';
import type { CheckOptions, Validity } from './verdict.ts';

export interface Summary {
  valid: Validity;
  /** The events of each violation. */
  events: number[][];
  sentences: string[];
  reason: string | undefined;
}

export function judgeOne(history: History, property: PropertyName, options: CheckOptions = {}): Summary {
  const [verdict] = judge(history, [property], options).verdicts;
  const violations = verdict?.violations ?? [];
  return {
    valid: verdict?.valid ?? 'unknown',
    events: violations.map(({ events }) => events),
    sentences: violations.map(({ sentence }) => sentence),
    reason: verdict?.reason,
  };
}
