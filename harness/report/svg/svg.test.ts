import { expect, test } from 'vitest';
import { judge } from '../../checker/compose.ts';
import { historyOf, progress, read, show } from '../../history/history.test-support.ts';
import type { JudgedRun } from '../../port/reporter.ts';
import { createSvgReporter } from './svg.ts';

function runOf(...shown: number[]): JudgedRun {
  const history = historyOf(shown.flatMap((each) => [read('tab-1', progress(each)), show('tab-1', progress(each))]));
  const { valid, verdicts } = judge(history, ['monotonic-view']);
  return {
    valid,
    verdicts,
    history,
    expected: undefined,
    plan: undefined,
    incomplete: undefined,
    notes: [],
    planFile: undefined,
    historyFile: undefined,
    replay: undefined,
    durationMs: 1,
    record: {},
  };
}

function drawnOf(...runs: JudgedRun[]): string {
  let text = '';
  const reporter = createSvgReporter({
    output: { write: (more) => (text += more), file: undefined },
    isVerbose: false,
  });
  for (const run of runs) void reporter.ran!(run);
  void reporter.end!({ valid: true, durationMs: 1, error: undefined });
  return text;
}

test('the first violated run is drawn, otherwise the last run', () => {
  const [fall, other, held] = [runOf(85, 10), runOf(70, 20), runOf(10, 40)];
  expect(drawnOf(held, fall, other, held)).toContain('from 85% back to 10%');
  expect(drawnOf(fall, other)).not.toContain('from 70% back to 20%');
  expect(drawnOf(runOf(10), held)).toContain('40%');
  expect(drawnOf()).toBe('');
});
