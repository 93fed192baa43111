/** The registry of channels: a new one is a file and a line here. */
import type { OpenChannel } from '../port/channel.ts';
import { openPoll } from './poll.ts';

export const channels = {
  poll: openPoll,
} satisfies Record<string, OpenChannel>;

export type ChannelName = keyof typeof channels;
/** What a plan may name. */
export const CHANNEL_NAMES = Object.keys(channels) as ChannelName[];
