import fc from 'fast-check';
import { z } from 'zod';
import type { RoutedRequest } from '../port/fault-targets.ts';
import { later } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, node, serverError } from './fields.ts';

/**
 * Every request of an actor or to a database is refused or held from one moment until another, longer than retries last:
 * `refuse` breaks the connection at once, `error` answers 5xx, `hang` breaks the connection when the window ends;
 * `hold-requests` forwards requests only then, and `hold-responses` forwards them at once and passes on their responses then.
 */
export const httpWindow = defineFault({
  kind: 'http-window',
  summary: 'every request is refused or held for a time',
  fields: lasting('http-window', {
    how: z.enum(['refuse', 'error', 'hang', 'hold-requests', 'hold-responses']).default('refuse'),
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
        const answer = how === 'hold-responses' ? await passage.forward() : undefined;
        if (how !== 'refuse') await over.promise;
        if (how === 'hold-requests') return passage.forward();
        return answer ?? passage.breakConnection();
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
    const what = how === 'error' ? `answered ${status}` : WORDS[how];
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
      draw: ({ windows }) =>
        fc
          .record({
            how: fc.constantFrom('refuse', 'error', 'hang', 'hold-requests', 'hold-responses'),
            isOfActor: fc.constantFrom(false, false, true),
            lasts: fc.constantFrom(...windows),
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
      how: {
        flag: '--how <what>',
        description: 'of a window: refuse, error, hang, hold-requests or hold-responses (default: refuse)',
        value: 'text',
      },
      status: { flag: '--status <code>', description: 'of the answer (default: 503)', value: 'whole number' },
      to: { flag: '--to <database>', description: 'primary, replica-1, …', value: 'text' },
    },
  },
});

const WORDS = {
  refuse: 'refused',
  hang: 'left hanging',
  'hold-requests': 'held, and forwarded when it ends',
  'hold-responses': 'answered when it ends',
} as const;
