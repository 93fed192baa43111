/** Writes reports of runs that were never executed. */
import { judge } from '../../checker/compose.ts';
import type { PropertyName } from '../../checker/properties.ts';
import { foldValidity } from '../../checker/verdict.ts';
import { commit, historyOf, info, invoke, ok, progress, show } from '../../history/history.test-support.ts';
import type { History, HistoryEvent, Value } from '../../history/event.ts';
import type { JudgedRun, RunTitle, Verb, VerbStart } from '../../port/reporter.ts';
import { judgedRun, START } from '../judged-run.test-support.ts';
import { createHtmlReporter } from './html.ts';

const MS = 1e6;
type Extra = Partial<HistoryEvent>;

/** A poll that is answered and shown. */
function poll(session: string, value: Value, ms: number, extra: Extra, index: number): HistoryEvent[] {
  const process = `${session}/poll`;
  return [
    invoke(process, 'read', undefined, { session, ...extra, served_by: undefined, lsn: undefined, time: ms * MS }),
    ok(process, 'read', value, { session, ...extra, time: (ms + 8) * MS }),
    show(session, value, { key: extra.key ?? 'story-1', session, read: index + 1, time: (ms + 9) * MS }),
  ] as HistoryEvent[];
}

/** A tab that a lagging replica takes from 85% back to 10%; the offending poll is event 12. */
export function lagging(session = 'tab-1', key = 'story-1'): History {
  const fault = { key: undefined, fault: 'lag', replica: 'replica-1' };
  const worker = { session: 'worker-1', key };
  return historyOf([
    info('nemesis', 'fault', { ...fault, phase: 'begin', time: 10 * MS }),
    invoke('worker-1', 'write', progress(10), { ...worker, time: 20 * MS }),
    commit(progress(10), { key, lsn: '0/100', time: 22 * MS }),
    ok('worker-1', 'write', progress(10), { ...worker, time: 25 * MS }),
    invoke('worker-1', 'write', progress(85), { ...worker, time: 40 * MS }),
    commit(progress(85), { key, lsn: '0/200', time: 42 * MS }),
    ok('worker-1', 'write', progress(85), { ...worker, time: 45 * MS }),
    ...poll(session, progress(85), 60, { key, served_by: 'primary', lsn: '0/200' }, 7),
    ...poll(session, progress(10), 100, { key, served_by: 'replica-1', lsn: '0/100' }, 10),
    info('nemesis', 'fault', { ...fault, phase: 'end', time: 200 * MS }),
    ...poll(session, progress(85), 210, { key, served_by: 'replica-1', lsn: '0/200' }, 14),
  ]);
}

export const PROPERTIES: readonly PropertyName[] = ['monotonic-view', 'monotonic-reads', 'integrity'];

/** A run that was judged by `PROPERTIES`. */
export function runOf(history: History, over: Partial<JudgedRun> & RunTitle): JudgedRun {
  const { verdicts } = judge(history, PROPERTIES);
  const valid = foldValidity(verdicts.map((verdict) => verdict.valid));
  return { ...judgedRun(history, []), verdicts, valid, ...over };
}

/** The text of the report of these runs. */
export async function reportOf(
  runs: Iterable<JudgedRun>,
  { verb = 'run', leftOut = [] }: { verb?: Verb; leftOut?: VerbStart['leftOut'] } = {},
): Promise<string> {
  const parts: string[] = [];
  const output = { file: 'report.html', write: (text: string) => void parts.push(text) };
  const reporter = await createHtmlReporter({ output, isVerbose: false });
  await reporter.begin?.({ ...START, verb, titles: [], leftOut });
  for (const run of runs) await reporter.ran?.(run);
  await reporter.end?.({ valid: false, durationMs: 1_234, error: undefined });
  return parts.join('');
}
