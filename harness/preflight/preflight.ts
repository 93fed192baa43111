/** Checks, before anything is judged, that a subject is connected: each part of a run, one after the other. */
import { readsIn } from './exchange-evidence.ts';
import { beginGeneration, waitForEnd, waitForMovement } from './generation-checks.ts';
import { askRoute, readProgress, routeProblem } from './route-checks.ts';
import type { Check, CheckName, Problem, Trial } from './connection-trial.ts';

/** Yields the result of each check as soon as it is known, and ends after the first that fails. */
export async function* preflight(trial: Trial): AsyncGenerator<Check> {
  const answer = await askRoute(trial);
  if ('field' in answer) return yield failed('route', answer);
  const wrong = routeProblem(answer, trial);
  if (wrong !== undefined) return yield failed('route', wrong);
  yield passed('route', `route answered ${answer.status}`);

  const value = readProgress(answer, trial);
  if ('field' in value) return yield failed('progress', value);
  yield passed('progress', `progress read: ${value.progress}%`);

  const generation = beginGeneration(trial);
  const still = await waitForMovement(generation);
  if (still !== undefined) return yield failed('movement', still);
  yield passed('movement', 'a generation moved the row');

  const reads = readsIn(trial.exchanges);
  if (reads.length === 0 && !trial.isDirect) return yield failed('gateway', unseen(trial));
  yield passed('gateway', reads.length > 0 ? 'its requests came through the gateway' : DIRECT);

  const endless = await waitForEnd(generation);
  if (endless !== undefined) return yield failed('end', endless);
  const { progress, status } = generation.latest;
  yield passed('end', `end recognised: ${progress}%${status === undefined ? '' : `, ${status}`}`);
}

const DIRECT = 'its requests pass by the gateway: it runs elsewhere, so no fault can act on them';

export function passed(name: CheckName, found: string): Check {
  return { name, ok: true, found };
}

export function failed(name: CheckName, problem: Problem): Check {
  return { name, ok: false, ...problem };
}

function unseen({ gatewayUrl }: Trial): Problem {
  return {
    field: 'app',
    found: `the status route answered without a request to ${gatewayUrl}`,
    remedy: 'faults and lagging replicas act there: let the route read through SUPABASE_URL, without a cache',
  };
}
