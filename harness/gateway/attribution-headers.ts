/** Reads from the headers of a request which actor and operation it is made for. */
import { ACTOR_BAGGAGE, ACTOR_HEADER, OPERATION_BAGGAGE, OPERATION_HEADER } from '../port/message.ts';

export interface Attribution {
  actor: string | undefined;
  operation: string | undefined;
}

/** Also removes it from the headers. The two headers go before the members of `baggage`. */
export function takeAttribution(headers: Headers): Attribution {
  const baggage = takeBaggage(headers);
  const attribution = {
    actor: headers.get(ACTOR_HEADER) ?? baggage.get(ACTOR_BAGGAGE),
    operation: headers.get(OPERATION_HEADER) ?? baggage.get(OPERATION_BAGGAGE),
  };
  headers.delete(ACTOR_HEADER);
  headers.delete(OPERATION_HEADER);
  return attribution;
}

const NO_BAGGAGE: ReadonlyMap<string, string> = new Map();

/** The members of `baggage` that are ours. Those of others stay in the header. */
function takeBaggage(headers: Headers): ReadonlyMap<string, string> {
  const text = headers.get('baggage');
  if (text === null || !text.includes(ACTOR_BAGGAGE)) return NO_BAGGAGE;
  const taken = new Map<string, string>();
  const others = text.split(',').filter((member) => {
    const [name = '', value = ''] = (member.split(';', 1)[0] ?? '').split('=', 2).map((part) => part.trim());
    if (name !== ACTOR_BAGGAGE && name !== OPERATION_BAGGAGE) return true;
    taken.set(name, decoded(value));
    return false;
  });
  if (others.length === 0) headers.delete('baggage');
  else headers.set('baggage', others.join(',').trim());
  return taken;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
