import { COMMIT_OK, NONE, WRITE_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { describeApart } from './decrease.ts';
import { COMMIT_EVENT, extentOf } from './extent.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/**
 * The end that a worker was told of stays: for every `ok` write of a terminal value, the last commit of the key has that
 * value, or a later generation. An end by its status must have that status; a write of 100% without such a status may
 * be completed by a later commit of the same progress. A key without commits is not judged.
 */
export const completion: Checker = (history) => {
  const findings = new Findings('completion');
  const last = lastCommits(history);
  let judged = 0;
  for (let at = 0; at < history.length; at++) {
    if (history.code[at] !== WRITE_OK || !history.isTerminal(at)) continue;
    const commit = last.get(history.key.get(at));
    if (commit === NONE) continue;
    judged += 1;
    if (stays(history, at, commit)) continue;
    const [session, key] = [history.sessionName(at), history.keyName(at)];
    const [told, found] = describeApart(history, at, commit);
    findings.violation(at, () => ({
      key,
      session,
      events: [at, commit].toSorted((a, b) => a - b),
      sentence: `${session} was told that ${key} ended at ${told}, but its last commit is ${found}`,
    }));
  }
  const { needs } = extentOf(history, COMMIT_EVENT);
  return findings.complete({ judged, needs, lastNeed: { count: judged, lack: 'no completed write of an end' } });
};

/** By key: its last commit, or `NONE`. */
function lastCommits({ code, key, names, length }: HistoryColumns): Int32Column {
  const last = new Int32Column(names.count).fill(NONE);
  for (let at = 0; at < length; at++) if (code[at] === COMMIT_OK) last[key.get(at)] = at;
  return last;
}

function stays(history: HistoryColumns, end: number, commit: number): boolean {
  const { generation } = history;
  if (generation.get(commit) > generation.get(end)) return true;
  return history.compare(commit, end) === 0 && !history.isReopened(end, commit);
}
