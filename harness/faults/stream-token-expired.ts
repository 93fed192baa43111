import { z } from 'zod';
import { required } from '../required.ts';
import { defineFault } from './fault.ts';
import { momentary } from './fields.ts';
import { momentaryOnStream } from './stream-drawing.ts';

/** The access token of a tab expires: the server closes its channels, and supabase-js does not join again. */
export const streamTokenExpired = defineFault({
  kind: 'stream-token-expired',
  summary: 'the access token of a tab expires, and the server closes its channels',
  fields: momentary('stream-token-expired', { session: z.string() }),
  needs: () => 'stream-server',
  onStream: true,
  async inflict({ session }, { streams }) {
    required(streams.server, 'the server of Realtime').expireTokens(session);
    return { end: async () => undefined };
  },
  describe: ({ session }) => `the access token of ${session} expires`,
  claims: ({ session, from }) => [`token of ${session} at ${JSON.stringify(from)}`],
  draw: {
    'stream-token-expired': momentaryOnStream((fields) => ({ kind: 'stream-token-expired' as const, ...fields })),
  },
});
