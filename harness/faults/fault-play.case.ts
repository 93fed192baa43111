/** Runs a plan with faults against a fixture subject on any backend, for cases that test what a fault does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { parsePlan, type PlanInput } from '../plan/plan.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { execute } from '../runner/execute.ts';
import { loadBackend } from '../runner/backend-registry.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('../../scenarios', import.meta.url)));

export interface Play {
  backend: string;
  subject: string;
  faults: NonNullable<PlanInput['faults']>;
  steps: PlanInput['generations'][number]['steps'];
  /** Other differences from the default plan: one worker, one tab and no replica. */
  more?: Partial<PlanInput>;
}

/** @returns the events of the whole run */
export async function playFaults({ backend, subject, faults, steps, more }: Play): Promise<readonly HistoryEvent[]> {
  const plan = parsePlan(
    {
      plan: 1,
      scenario: 'fault-case',
      seed: 1,
      topology: { replicas: 0 },
      generations: [{ worker: 'worker-1', story: 'story-1', steps }],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
      properties: ['monotonic-view'],
      ...more,
      faults,
    },
    'fault-case',
  );
  const reportRoot = mkdtempSync(join(tmpdir(), 'fault-case-'));
  try {
    const report = await execute({
      plan,
      subject: await catalogue.loadSubject(subject),
      backend: await loadBackend(backend),
      reportRoot,
      expected: undefined,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(report.incomplete).toBeUndefined();
    return report.history.events;
  } finally {
    rmSync(reportRoot, { recursive: true, force: true });
  }
}

/** The progress values of the events with these fields. */
export function progressesOf(
  events: readonly HistoryEvent[],
  wanted: Partial<Pick<HistoryEvent, 'f' | 'type' | 'session'>>,
): number[] {
  const isWanted = (event: HistoryEvent): boolean =>
    Object.entries(wanted).every(([field, value]) => event[field] === value);
  return events.filter(isWanted).map(({ value }) => (value as ProgressValue).progress);
}
