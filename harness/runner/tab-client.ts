/** The Supabase client that runs in the browser of a tab: the unmodified supabase-js. */
import { createClient } from '@supabase/supabase-js';
import type { ChannelSurroundings } from '../port/channel.ts';
import type { Cluster } from '../port/backend.ts';
import { STREAM_ACTOR } from '../port/stream.ts';

/**
 * @param supabaseUrl that of the gateway
 * @param tokensOf session → its access token; called once, if there is a client
 */
export function tabClients(
  { publishableKey }: Pick<Cluster, 'publishableKey'>,
  supabaseUrl: string,
  tokensOf: () => ReadonlyMap<string, string>,
): ChannelSurroundings['openClient'] {
  let tokens: ReadonlyMap<string, string> | undefined;
  return (session, heartbeatMs) => {
    const token = (tokens ??= tokensOf()).get(session) ?? publishableKey;
    return createClient(supabaseUrl, publishableKey, {
      accessToken: async () => token,
      realtime: {
        params: { [STREAM_ACTOR]: session },
        ...(heartbeatMs === undefined ? {} : { heartbeatIntervalMs: heartbeatMs }),
      },
    });
  };
}
