/** What an application's remedy costs, measured in the history of a run. */
import type { HistoryEvent, ProgressValue, Value } from '../history/event.ts';
import { atShares } from '../nearest-rank.ts';
import type { RunCosts } from '../port/matrix.ts';

/** The measurements of one or several runs, which can be added up. */
export interface CostSamples {
  /** The requests to Supabase that each answered poll made. */
  attempts: number[];
  /** How long each answered poll took, in milliseconds. */
  latenciesMs: number[];
  /** Answered polls by who served them. */
  fromPrimary: number;
  polls: number;
  /** Polls that were sent, answered or not. */
  asked: number;
  /** The longest time for which a tab showed less than the database had, in milliseconds. */
  behindMs: number;
}

export function noSamples(): CostSamples {
  return { attempts: [], latenciesMs: [], fromPrimary: 0, polls: 0, asked: 0, behindMs: 0 };
}

/** Adds what a run cost. Reads without an answer are not counted; what a tab never saw counts until its last answer. */
export function addCosts(samples: CostSamples, events: readonly HistoryEvent[]): void {
  const invoked = new Map<string | number, HistoryEvent>();
  const tabs = new Map<string | number, TabLag>();
  for (const event of events) {
    const { f, type, process } = event;
    if (type === 'invoke') invoked.set(process, event);
    if (f === 'read' && type === 'invoke') samples.asked += 1;
    if (f === 'read' && type === 'ok') addPoll(samples, event, invoked.get(process));
    followTabs(samples, tabs, event);
  }
}

/** @returns `undefined` if no poll was answered */
export function costsOf({
  attempts,
  latenciesMs,
  fromPrimary,
  polls,
  asked,
  behindMs,
}: CostSamples): RunCosts | undefined {
  if (polls === 0) return undefined;
  const [p50, p99] = atShares(latenciesMs, 0.5, 0.99) as [number, number];
  return {
    requestsPerPoll: attempts.reduce((sum, count) => sum + count, 0) / polls,
    pollMs: { p50, p99 },
    primaryShare: fromPrimary / polls,
    answeredShare: polls / asked,
    behindMs,
  };
}

function addPoll(samples: CostSamples, read: HistoryEvent, invoke: HistoryEvent | undefined): void {
  samples.polls += 1;
  samples.attempts.push(Number(read['attempts'] ?? 1));
  samples.latenciesMs.push(msBetween(invoke, read));
  if (read['served_by'] === 'primary') samples.fromPrimary += 1;
}

/** How far one tab is behind the database, for the one story that it watches. */
interface TabLag {
  key: string | number | undefined;
  committed: ProgressValue;
  /** When the first commit came that the tab does not show; in nanoseconds. */
  sinceNs: number | undefined;
}

function followTabs(samples: CostSamples, tabs: Map<string | number, TabLag>, event: HistoryEvent): void {
  const { f, type, key, session, time, value } = event;
  if (f === 'read' && type === 'invoke' && session !== undefined && !tabs.has(session)) {
    tabs.set(session, { key, committed: START, sinceNs: undefined });
  } else if (f === 'commit' && isProgress(value)) {
    for (const tab of tabs.values()) {
      if (tab.key !== key || !isLess(tab.committed, value)) continue;
      tab.committed = value;
      tab.sinceNs ??= time;
    }
  } else if (f === 'show' && session !== undefined && isProgress(value)) {
    const tab = tabs.get(session);
    if (tab === undefined || tab.sinceNs === undefined) return;
    samples.behindMs = Math.max(samples.behindMs, (time - tab.sinceNs) / 1e6);
    if (!isLess(value, tab.committed)) tab.sinceNs = undefined;
  }
}

const START: ProgressValue = { generation: 1, progress: -1 };

function isProgress(value: Value | undefined): value is ProgressValue {
  return typeof value === 'object' && value !== null && 'progress' in value;
}

function isLess(a: ProgressValue, b: ProgressValue): boolean {
  const [left, right] = [a.generation ?? 1, b.generation ?? 1];
  return left === right ? a.progress < b.progress : left < right;
}

function msBetween(from: HistoryEvent | undefined, to: HistoryEvent): number {
  return from === undefined ? 0 : (to.time - from.time) / 1e6;
}
