/** The pages of a front end that has no code of its own for Realtime, each the shortest that a tutorial would show. */
import type { LivePageTools, OpenLivePage } from '../port/live-page.ts';

/** Reads once, and then shows the rows of the changes. */
export const showsRows: OpenLivePage = (tools) => subscribed(tools, (row) => tools.received(row));

/** Reads once, and again after every change: the row of the change itself is not used. */
export const readsAgain: OpenLivePage = (tools) => subscribed(tools, () => void tools.refetch());

function subscribed(
  { supabase, changes, refetch }: LivePageTools,
  onRow: (row: Record<string, unknown>) => void,
): ReturnType<OpenLivePage> {
  let isClosed = false;
  const channel = supabase
    .channel(`progress:${changes.filter}`)
    .on('postgres_changes', changes, (change) => onRow(change.new));
  void refetch();
  // Otherwise the join has no access token, and the policies hide the rows: supabase/supabase-js#2655.
  void supabase.realtime.setAuth().then(() => {
    if (!isClosed) channel.subscribe();
  });
  return {
    close() {
      isClosed = true;
      void supabase.removeChannel(channel);
    },
  };
}
