/** What tabs tell each other, as through a `BroadcastChannel`. */
import type { Clock } from '../clock.ts';
import type { Broadcast } from '../port/channel.ts';

type Listener = Parameters<Broadcast['listen']>[2];

export function createBroadcast(clock: Clock): Broadcast {
  const listeners = new Map<string, Set<Listener>>();
  return {
    tell(session, story, value) {
      void clock.sleep(DELIVERY_MS).then(() => listeners.get(story)?.forEach((listener) => listener(session, value)));
    },
    listen(story, signal, listener) {
      let all = listeners.get(story);
      if (all === undefined) listeners.set(story, (all = new Set()));
      const own = all;
      own.add(listener);
      signal.addEventListener('abort', () => own.delete(listener), { once: true });
    },
  };
}

const DELIVERY_MS = 1;
