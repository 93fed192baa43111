import { describe, expect, it } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { watchFor } from './violation-watch.ts';

function event(f: 'show' | 'commit' | 'read', key: string, session: string, value: ProgressValue): HistoryEvent {
  return { index: 0, time: 0, process: session, session, type: 'ok', f, key, value };
}

const at = (progress: number, status?: string) => ({ generation: 1, progress, ...(status && { status }) });

describe('a watch for a violation', () => {
  it('sees what a session is shown after something newer', () => {
    const isViolation = watchFor('monotonic-view')!;
    const shown = [
      event('show', 'a', 'tab-1', at(85)),
      event('show', 'a', 'tab-2', at(10)),
      event('show', 'b', 'tab-1', at(10)),
    ];
    expect(shown.map(isViolation)).toEqual([false, false, false]);
    expect(isViolation(event('read', 'a', 'tab-1', at(10)))).toBe(false);
    expect(isViolation(event('show', 'a', 'tab-1', at(10)))).toBe(true);
  });

  it('sees an end that is taken back', () => {
    const isViolation = watchFor('monotonic-view')!;
    expect(isViolation(event('show', 'a', 'tab-1', at(40, 'failed')))).toBe(false);
    expect(isViolation(event('show', 'a', 'tab-1', at(55, 'generating')))).toBe(true);
  });

  it('sees a commit of less', () => {
    const isViolation = watchFor('monotonic-commits')!;
    expect(isViolation(event('commit', 'a', 'db', at(85)))).toBe(false);
    expect(isViolation(event('commit', 'b', 'db', at(10)))).toBe(false);
    expect(isViolation(event('commit', 'a', 'db', at(10)))).toBe(true);
  });

  it('is not there for a property that needs a complete run', () => {
    expect(watchFor('convergence')).toBeUndefined();
  });
});
