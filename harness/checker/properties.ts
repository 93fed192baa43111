/** The registry: a new property is a file and a line here. */
import { availability } from './availability.ts';
import { completion } from './completion.ts';
import { convergence } from './convergence.ts';
import { integrity } from './integrity.ts';
import { linearizable } from './linearizable.ts';
import { monotonicCommits } from './monotonic-commits.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicView } from './monotonic-view.ts';
import { ownership } from './ownership.ts';
import { readYourWrites } from './read-your-writes.ts';
import { staleness } from './staleness.ts';
import type { Checker } from './findings.ts';
import { writesFollowReads } from './writes-follow-reads.ts';

export const properties = {
  'monotonic-view': monotonicView,
  'monotonic-reads': monotonicReads,
  'read-your-writes': readYourWrites,
  'monotonic-commits': monotonicCommits,
  'writes-follow-reads': writesFollowReads,
  integrity,
  completion,
  ownership,
  linearizable,
  convergence,
  staleness,
  availability,
} satisfies Record<string, Checker>;

export type PropertyName = keyof typeof properties;
