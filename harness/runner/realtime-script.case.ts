/** Random transactions, subscriptions and broken connections. */
import fc from 'fast-check';
import type { TableChange } from './realtime-schema.case.ts';

/** First the steps, one after the other, then the transactions; then all that is to be sent has been sent. */
export interface Round {
  steps: readonly Step[];
  transactions: readonly (readonly TableChange[])[];
}

export type Step =
  | { do: 'subscribe'; session: Session; bindings: readonly Binding[] }
  | { do: 'leave'; session: Session; at: number }
  /** The connection is down while the transactions of the round are committed. */
  | { do: 'break'; session: Session; code: number }
  | { do: 'lose-slot' };

export interface Binding {
  event: '*' | 'INSERT' | 'UPDATE' | 'DELETE';
  table?: string;
  filter?: string;
}

/** A tab without a user, one of a user, and one that sees all rows. */
export const SESSIONS = {
  visitor: undefined,
  ana: { role: 'authenticated', sub: 'ana' },
  staff: { role: 'service_role' },
};
type Session = keyof typeof SESSIONS;

const id = fc.constantFrom('a', 'b', 'c');
const number = fc.constantFrom(1, 2, 3);
const text = fc.constantFrom('generating', 'completed', 'a,b', 'it"s', '(x)', 'ä', '', null);
const flag = fc.constantFrom(true, false, null);
const time = fc.constantFrom('2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.12+00:00');
const rows = {
  stories: fc.record({
    id,
    generation: fc.constantFrom(1, 2),
    progress: fc.integer({ min: 0, max: 100 }),
    status: text,
    is_public: flag,
    updated_at: time,
  }),
  drafts: fc.record({ id: number, body: text }),
  news: fc.record({ id: number, body: text }),
  notes: fc.record({ id: number, owner: fc.constantFrom('ana', 'ben', null), is_shown: flag, score: number }),
  marks: fc.record({ story_id: id, number, label: text }),
};

const written = fc.oneof(
  ...Object.entries(rows).map(([table, row]) =>
    fc.record({ op: fc.constantFrom('put', 'put', 'delete'), table: fc.constant(table), row }),
  ),
);
const moved = fc.oneof(
  fc.record({ table: fc.constant('stories'), row: fc.record({ id }), to: fc.record({ id }) }),
  fc.record({
    table: fc.constant('marks'),
    row: fc.record({ story_id: id, number }),
    to: fc.record({ story_id: id, number }),
  }),
);
const change = fc.oneof(
  { weight: 20, arbitrary: written },
  { weight: 2, arbitrary: moved.map((move) => ({ op: 'move', ...move })) },
  { weight: 1, arbitrary: fc.constant({ op: 'fail' }) },
) as fc.Arbitrary<TableChange>;
const transactions = fc
  .array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map(withoutRaces);

const filters: Readonly<Record<string, readonly string[]>> = {
  stories: [
    'id=eq.a',
    'id=in.(a,"b")',
    'progress=lt.50',
    'progress=not.gte.50,generation=eq.2',
    'status=neq.completed',
    'status=is.null',
    'status=like.%e%',
    'status=isdistinct.completed',
    'is_public=is.true',
    'is_public=not.is.null',
    'updated_at=gt.2026-01-02 03:04:05+00',
  ],
  drafts: ['id=gt.1'],
  news: ['body=match.^[ac]', 'id=lte.2'],
  notes: ['score=gte.2', 'owner=eq.ana', 'id=eq.1'],
  marks: ['number=eq.1', 'story_id=eq.a,number=neq.3'],
};
const event = fc.constantFrom('*', '*', 'INSERT', 'UPDATE', 'DELETE');
const binding = fc.oneof(
  ...Object.entries(filters).map(([table, texts]) =>
    fc.record(
      { event, table: fc.constant(table), filter: fc.constantFrom(...texts) },
      { requiredKeys: ['event', 'table'], noNullPrototype: true },
    ),
  ),
  fc.record({ event }, { noNullPrototype: true }),
) as fc.Arbitrary<Binding>;
const bindings = fc.array(binding, { minLength: 1, maxLength: 3 });

const session = fc.constantFrom(...(Object.keys(SESSIONS) as Session[]));
const subscribed = fc.record({ do: fc.constant('subscribe'), session, bindings });
const step = fc.oneof(
  { weight: 2, arbitrary: subscribed },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave'), session, at: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('break'), session, code: fc.constantFrom(1000, 1001, 1006, 1011, 4000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'lose-slot' }) },
) as fc.Arbitrary<Step>;

export const script: fc.Arbitrary<readonly Round[]> = fc
  .tuple(
    fc.record({ steps: fc.array(subscribed as fc.Arbitrary<Step>, { minLength: 3, maxLength: 6 }), transactions }),
    fc.array(fc.record({ steps: fc.array(step, { maxLength: 3 }), transactions }), { minLength: 3, maxLength: 5 }),
  )
  .map(([first, more]) => [first, ...more]);

/**
 * A policy is judged when a change is read, by the row of that moment: of the transactions that may be read together or
 * apart, only one changes a row of a table with policies.
 */
function withoutRaces(all: readonly (readonly TableChange[])[]): readonly (readonly TableChange[])[] {
  const changedBy = new Map<string, number>();
  return all.map((changes, at) =>
    changes.filter((each) => {
      if (!('table' in each) || !['drafts', 'news', 'notes'].includes(each.table)) return true;
      const place = `${each.table} ${String(each.row['id'])}`;
      if (!changedBy.has(place)) changedBy.set(place, at);
      return changedBy.get(place) === at;
    }),
  );
}
