/** What a run amounts to, without its times: runs of the same trace differ only in when things happened. */
import type { HistoryEvent } from '../../history/event.ts';
import { isMark } from '../../history/marks.ts';

/**
 * A 53-bit hash of the commits of each key, of the values that each session was answered with and shown, with the database
 * that served them, and of the outcomes of each actor's operations. Repetitions count once.
 */
export function traceOf(events: readonly HistoryEvent[]): number {
  const lines = new Map<string, string[]>();
  for (const event of events) {
    const { f, type, session, process, key, value, served_by: servedBy = '' } = event;
    const hasGivenUp = isMark(event, 'worker-gave-up');
    if (type === 'invoke' || f === 'watch' || (f === 'fault' && !hasGivenUp)) continue;
    const who =
      f === 'commit' ? `commits of ${String(key)}` : String(hasGivenUp ? event['worker'] : (session ?? process));
    const what = `${f} ${type} ${String(key)} ${JSON.stringify(value)} ${String(servedBy)}`;
    const line = lines.get(who);
    if (line === undefined) lines.set(who, [what]);
    else if (line.at(-1) !== what) line.push(what);
  }
  const text = [...lines.keys()].sort().map((who) => `${who}\n${lines.get(who)?.join('\n')}`);
  return hashOf(text.join('\n\n'));
}

/** cyrb53, by bryc (public domain). */
function hashOf(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
