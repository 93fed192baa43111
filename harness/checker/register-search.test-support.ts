import { NONE } from '../history/codes.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import { Budget } from './budget.ts';
import { withEarlierBeginnings } from './register-beginnings.ts';
import { registerOperations } from './register-operations.ts';
import { RegisterSearch } from './register-search.ts';

/** The result of each search by itself, for a history with one key, and how many steps it took. */
export function searchBoth(history: History): Record<'depthFirst' | 'sweep', { hasOrder: boolean; steps: number }> {
  const columns = asColumns(history);
  const key = columns.key.get(0);
  const recorded = registerOperations(columns, new Set([key])).get(key) ?? [];
  const operations = withEarlierBeginnings(columns, key, recorded);
  const registers = new RegisterSearch(columns, key);
  const counted = (search: (budget: Budget) => boolean): { hasOrder: boolean; steps: number } => {
    const budget = new Budget({});
    return { hasOrder: search(budget), steps: budget.used };
  };
  return {
    depthFirst: counted((budget) => registers.findsOrder(operations, budget)),
    sweep: counted((budget) => registers.contradictedAt(operations, budget) === NONE),
  };
}
