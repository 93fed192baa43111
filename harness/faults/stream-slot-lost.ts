import { required } from '../required.ts';
import { defineFault } from './fault.ts';
import { lasting } from './fields.ts';
import { lastingOnStream } from './stream-drawing.ts';

/** Realtime loses its replication slot: what is committed until it has another one is never pushed, and no client is told. */
export const streamSlotLost = defineFault({
  kind: 'stream-slot-lost',
  summary: 'Realtime loses its replication slot, and changes are lost for all tabs',
  fields: lasting('stream-slot-lost', {}),
  needs: () => 'stream-server',
  onStream: true,
  async inflict(_, { streams }) {
    const restore = required(streams.server, 'the server of Realtime').loseSlot();
    return { end: async () => restore() };
  },
  describe: () => 'Realtime has lost its replication slot',
  claims: () => ['the slot of Realtime'],
  draw: {
    'stream-slot-lost': lastingOnStream(({ from, until }) => ({ kind: 'stream-slot-lost' as const, from, until })),
  },
});
