/** The pages of sessions that subscribe to a row by Supabase Realtime, each with a supabase-js client of its own. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { EnvironmentError } from '../errors.ts';
import type { TrackedTable } from '../port/backend.ts';
import type { ChannelName } from '../port/channel.ts';
import type { LivePage, OpenLivePage } from '../port/live-page.ts';
import type { Key, ObservedProgress } from '../port/subject.ts';
import { changesOfRow, progressOfKey } from '../tracked-values.ts';

export type SubscribingChannel = Exclude<ChannelName, 'poll'>;

export interface SubscribedPagesOptions {
  /** The Supabase of the application. */
  url: string;
  key: string;
  tracked: TrackedTable;
  /** The page of the front end for a channel, and whether the status route is polled besides. */
  styleOf(channel: SubscribingChannel): { page: OpenLivePage; polls?: boolean };
  /** The access token of the user of a session, `undefined` if none is signed in. */
  tokenOf(session: string): string | undefined;
}

/** What a page does. */
export interface PageEvents {
  /** A row of the key was pushed. */
  pushed(value: ObservedProgress): void;
  /** The page asks for a read of the status route. */
  refetch(): Promise<void>;
  /** No access token can be had; the session subscribes as somebody who is not signed in. */
  unsigned(error: unknown): void;
}

export interface SubscribedPage {
  /** Whether the status route is polled besides what the page reads by itself. */
  readonly polls: boolean;
  /** Whether the server has accepted a subscription that is still open. */
  isJoined(): boolean;
  close(): void;
}

export class SubscribedPages {
  readonly #options: SubscribedPagesOptions;

  constructor(options: SubscribedPagesOptions) {
    this.#options = options;
  }

  /** @throws EnvironmentError if the page of the subject throws */
  open(
    channel: SubscribingChannel,
    { session, key, everyMs }: { session: string; key: Key; everyMs: number },
    { pushed, refetch, unsigned }: PageEvents,
  ): SubscribedPage {
    const { tracked, styleOf } = this.#options;
    const { page: openPage, polls = false } = styleOf(channel);
    const supabase = this.#client(session, unsigned);
    const page = opened(openPage, {
      supabase,
      changes: changesOfRow(key, tracked),
      everyMs,
      refetch,
      received(row) {
        // Of a composite key, only the first column is a filter.
        const value = progressOfKey(row, key, tracked);
        if (value !== undefined) pushed(value);
      },
    });
    return {
      polls,
      isJoined: () => supabase.getChannels().some(({ state }) => state === 'joined'),
      close() {
        page.close();
        void supabase.realtime.disconnect();
      },
    };
  }

  #client(session: string, unsigned: (error: unknown) => void): SupabaseClient {
    const { url, key, tokenOf } = this.#options;
    return createClient(url, key, {
      async accessToken() {
        try {
          return tokenOf(session) ?? key;
        } catch (error) {
          unsigned(error);
          return key;
        }
      },
    });
  }
}

function opened(open: OpenLivePage, tools: Parameters<OpenLivePage>[0]): LivePage {
  try {
    return open(tools);
  } catch (error) {
    const hint = 'correct frontEnd.live of the subject';
    throw new EnvironmentError('live-page-threw', `the live page threw ${String(error)}`, hint, error);
  }
}
