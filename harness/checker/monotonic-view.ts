import { describeDecrease, fallOf, isDecrease } from './decrease.ts';
import { extentOf } from './extent.ts';
import { mayFall } from './falls.ts';
import { shownCode } from './shown.ts';
import { eachStepBack } from './steps-back.ts';
import { Findings } from './findings.ts';
import type { Checker } from './findings.ts';

/**
 * In each session and key, what is shown never decreases: the promise to the user. Each step back is one violation;
 * the increase after it is not.
 */
export const monotonicView: Checker = (history) => {
  const findings = new Findings('monotonic-view');
  const shown = shownCode(history);
  const extent = extentOf(history, { codes: [shown], lack: 'no shown value' });
  if (!mayFall(history, shown)) return findings.complete(extent);
  const views = { code: shown, group: history.view, groups: history.views.count };
  eachStepBack(history, views, (before, at) => {
    if (!isDecrease(findings, history, before, at)) return;
    const [session, key] = [history.sessionName(at), history.keyName(at)];
    findings.violation(
      at,
      () => ({
        key,
        session,
        events: [before, at],
        sentence: `${session} saw ${key} go ${describeDecrease(history, before, at)}`,
      }),
      { session, fall: fallOf(history, before, at) },
    );
  });
  return findings.complete(extent);
};
