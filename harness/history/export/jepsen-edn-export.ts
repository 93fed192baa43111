/** Writes a history in Jepsen's format, for Knossos and elle-cli. */
import type { History, HistoryEvent, HistoryHeader } from '../event.ts';
import { singleTypes } from '../event-shape.ts';
import { describeValue } from '../order.ts';
import { printKeyword, printPlain } from '../import/jepsen/edn-value.ts';
import type { Plain } from '../import/jepsen/edn-value.ts';
import { understoodFields } from '../import/jepsen/jepsen.ts';
import { ONLY_KEY } from '../import/jepsen/jepsen-values.ts';

type Name = string | number;
type EdnFields = [name: string, text: string][];

/**
 * One operation map per line, without the newlines. Clients are numbered, as Jepsen's tools require, and keep their
 * names in `:process-name`. With several keys, values are `[key value]` as in jepsen.independent. Shows and commits,
 * which Jepsen does not have, are written as `:info` operations of a process that is not a number, like those of the
 * nemesis.
 */
export function* exportJepsenEdn({ header, events }: History): Generator<string> {
  if (header?.initial !== undefined) yield `; ${initialValueComment(header)}`;
  const numbers = numberProcesses(events);
  const keys = new Set(events.filter(({ f }) => f !== 'fault').map(({ key }) => key));
  for (const event of events) {
    const fields = [...operationFields(event, numbers), ...valueFields(event, keys.size > 1), ...extraFields(event)];
    yield `{${fields.map(([name, text]) => `${printKeyword(name)} ${text}`).join(', ')}}`;
  }
}

/** The initial value as a comment, because EDN has no field for it. */
function initialValueComment({ initial = null }: HistoryHeader): string {
  return `every register begins at ${describeValue(initial)}`;
}

/** Integers keep their numbers; names get free ones, in order of appearance. */
function numberProcesses(events: readonly HistoryEvent[]): Map<Name, number> {
  const clients = new Set(events.filter(isClient).map(({ process }) => process));
  const numbers = new Map<Name, number>();
  let next = 0;
  for (const process of clients) {
    if (typeof process === 'number') continue;
    while (clients.has(next)) next += 1;
    numbers.set(process, next);
    next += 1;
  }
  return numbers;
}

function operationFields(event: HistoryEvent, numbers: ReadonlyMap<Name, number>): EdnFields {
  const { index, time, process, session, type, f, fault } = event;
  const isNamedFault =
    f === 'fault' && typeof fault === 'string' && printKeyword(fault).startsWith(':') && fault !== 'fault';
  const nonClient = f === 'fault' ? 'nemesis' : 'ratchet';
  const number = isClient(event) ? (numbers.get(process) ?? process) : undefined;
  return [
    ['type', `:${isClient(event) ? type : 'info'}`],
    ['f', isNamedFault ? printKeyword(fault) : `:${f}`],
    ['process', number === undefined ? `:${nonClient}` : String(number)],
    ['time', String(time)],
    ['index', String(index)],
    ...(process === (number ?? nonClient) ? [] : [field('process-name', process)]),
    ...(session === undefined ? [] : [field('session', session)]),
    ...(f === 'fault' && !isNamedFault && fault !== undefined ? [field('fault', fault as Plain)] : []),
  ];
}

function valueFields({ f, key, value = null }: HistoryEvent, hasManyKeys: boolean): EdnFields {
  const plain = value as Plain;
  if (f !== 'fault' && hasManyKeys) return [field('value', [key ?? null, plain])];
  return [field('value', plain), ...(key === undefined || key === ONLY_KEY ? [] : [field('key', key)])];
}

function extraFields(event: HistoryEvent): EdnFields {
  return Object.entries(event)
    .filter(
      ([name, item]) => item !== undefined && !understoodFields.has(name) && !(name === 'fault' && event.f === 'fault'),
    )
    .map(([name, item]) => field(name, item as Plain));
}

function isClient({ f }: HistoryEvent): boolean {
  return !singleTypes.has(f);
}

function field(name: string, value: Plain): [string, string] {
  return [name, printPlain(value)];
}
