/** The registry: a new property is a file and a line here. */
import { convergence } from './convergence.ts';
import { integrity } from './integrity.ts';
import { monotonicCommits } from './monotonic-commits.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicView } from './monotonic-view.ts';
import { readYourWrites } from './read-your-writes.ts';
import type { Checker } from './verdict.ts';

export const properties = {
  'monotonic-view': monotonicView,
  'monotonic-reads': monotonicReads,
  'read-your-writes': readYourWrites,
  'monotonic-commits': monotonicCommits,
  integrity,
  convergence,
} satisfies Record<string, Checker>;

export type PropertyName = keyof typeof properties;
