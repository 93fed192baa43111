/**
 * The port of a page that subscribes to changes by Supabase Realtime. The channels with a stream open the page of the
 * subject's front end (`FrontEnd.live`), or a plain one of their own if it has none.
 */
import type { SupabaseClient } from '@supabase/supabase-js';

/** Opens the page's subscription and starts its reads, on every page load. */
export type OpenLivePage = (tools: LivePageTools) => LivePage;

export interface LivePage {
  /** The page is left: it reads nothing more, and leaves no timer and no channel behind. */
  close(): void;
}

export interface LivePageTools {
  /** The client of the tab's browser: it has the publishable key and, if a user is signed in, the access token. */
  supabase: SupabaseClient;
  /** What to subscribe to with `postgres_changes`: the row of the story in the tracked table. */
  changes: ChangesOfStory;
  /** `every_ms` of the tab: between two reads that nothing asks for, if the page has such. */
  everyMs: number;
  /** Reads the status route; the display policy gets the progress. Resolves when it was answered, or has failed. */
  refetch(): Promise<void>;
  /**
   * Passes the progress of a row to the display policy. The row of another story is ignored.
   * @param servedBy for the history, if it was not pushed: a cache, or the API that the page reads itself
   */
  received(row: Readonly<Record<string, unknown>>, servedBy?: string): void;
}

export interface ChangesOfStory {
  event: '*';
  schema: string;
  table: string;
  /** `COLUMN=eq.VALUE`; of a composite key, the first column. */
  filter: string;
}
