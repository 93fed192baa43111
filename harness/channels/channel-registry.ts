/** The registry of channels: to add one, add a file, a line here, and its name to the port. */
import type { ChannelName, OpenChannel } from '../port/channel.ts';
import { openPoll } from './poll.ts';
import { openPollAndStream, openStream, openStreamThenRefetch } from './subscribe.ts';

export const channels = {
  poll: openPoll,
  stream: openStream,
  'poll+stream': openPollAndStream,
  'stream-then-refetch': openStreamThenRefetch,
} satisfies Record<ChannelName, OpenChannel>;

export { CHANNEL_NAMES } from '../port/channel.ts';
