/** The registry of channels: to add one, add a file and a line here. */
import type { OpenChannel } from '../port/channel.ts';
import { openPoll } from './poll.ts';
import { openPollAndStream, openStream, openStreamThenRefetch } from './subscribe.ts';

export const channels = {
  poll: openPoll,
  stream: openStream,
  'poll+stream': openPollAndStream,
  'stream-then-refetch': openStreamThenRefetch,
} satisfies Record<string, OpenChannel>;

export type ChannelName = keyof typeof channels;
/** The valid names in a plan. */
export const CHANNEL_NAMES = Object.keys(channels) as ChannelName[];
