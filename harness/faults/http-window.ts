import fc from 'fast-check';
import { z } from 'zod';
import type { RoutedRequest } from '../port/fault-targets.ts';
import { later } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, node, serverError } from './fields.ts';

/**
 * Every request of an actor or to a database is refused from one moment until another, longer than retries last: `refuse`
 * breaks the connection at once, `error` answers 5xx, `hang` breaks the connection when the window ends.
 */
export const httpWindow = defineFault({
  kind: 'http-window',
  summary: 'every request is refused for a time',
  fields: lasting('http-window', {
    how: z.enum(['refuse', 'error', 'hang']).default('refuse'),
    /** Of `error`. */
    status: serverError,
    /** Worker or session. Default: all. */
    actor: z.string().optional(),
    /** Only requests to this database. */
    to: node.optional(),
  }),
  needs: () => 'http-faults',
  async inflict({ how, status, actor, to }, targets) {
    const over = Promise.withResolvers<void>();
    const stop = targets.intercept(
      (request: RoutedRequest) => request.actor === (actor ?? request.actor) && request.node === (to ?? request.node),
      async (passage) => {
        if (how === 'error') return passage.answer(status, 'injected by the load balancer');
        if (how === 'hang') await over.promise;
        return passage.breakConnection();
      },
    );
    return {
      async end() {
        stop();
        over.resolve();
      },
    };
  },
  describe({ how, status, actor, to }) {
    const what = how === 'refuse' ? 'refused' : how === 'hang' ? 'left hanging' : `answered ${status}`;
    const whose = actor === undefined ? '' : ` of ${actor}`;
    const where = to === undefined ? '' : ` to ${to === 'primary' ? 'the primary' : to}`;
    return `every request${whose}${where} is ${what}`;
  },
  isMetBy: ({ actor, to }, request) =>
    request.actor === (actor ?? request.actor) && request.node === (to ?? request.node),
  claims: ({ actor = 'all', to = 'all' }) => [`requests of ${actor} to ${to}`],
  draw: {
    'http-window': {
      on: 'actor',
      at: 'commit',
      weight: 2,
      draw: ({ lags }) =>
        fc
          .record({
            how: fc.constantFrom('refuse', 'error', 'hang'),
            isOfActor: fc.constantFrom(false, false, true),
            lasts: fc.constantFrom(...lags),
          })
          .map(({ how, isOfActor, lasts }) => ({ actor, moment: from }) => {
            const whose = isOfActor ? { actor } : { to: 'primary' };
            return {
              kind: 'http-window' as const,
              how,
              status: 503,
              ...whose,
              from,
              until: later(from, lasts),
            };
          }),
    },
  },
  byHand: {
    options: {
      how: { flag: '--how <what>', description: 'of a window: refuse, error or hang (default: refuse)', value: 'text' },
      status: { flag: '--status <code>', description: 'of the answer (default: 503)', value: 'whole number' },
      to: { flag: '--to <database>', description: 'primary, replica-1, …', value: 'text' },
    },
  },
});
