/** What the databases of a simulation hold: one history of commits, which can be read at any of its positions. */
import type { Row } from '../../port/model.ts';
import type { PublishedTable, RowChange } from '../../port/stream.ts';
import type { Change, CommitLog, LogEntry, View } from './versioned-rows.ts';
import type { RestHandler } from './simulated-rest.ts';
import type { ReadAccess } from './call.ts';
import type { SignedInUser } from '../../port/session.ts';

export interface SimulatedStore {
  /** The version, for the history's header. */
  readonly version: string;
  /** The API of a database that shows `view()`, which is read-only on a replica. */
  rest(view: () => View, isReplica: boolean): RestHandler;
  /** Inserts a row as the owner of the table. */
  insert(table: string, row: Readonly<Record<string, unknown>>): void;
  /** Makes a user exist, if the database has users. */
  addUser(user: SignedInUser): void;
  /** Loses the commits after the position of `view`, which the log no longer has. */
  rewind(view: View): void;
  /** The tables that Realtime follows, whose changes `onCommit` is called with. */
  published(): readonly PublishedTable[];
  /** The current row of the tracked table with that id. */
  find(table: string, id: string): Row | undefined;
  close(): void;
}

export interface StoreOptions {
  /** What the primary shows. */
  primary: View;
  log: CommitLog;
  readAccess: ReadAccess;
  /** Milliseconds since 1970, with fractions. */
  dateMs(): number;
  /** Numbers in [0, 1). */
  random(): number;
  /**
   * Called after every commit, with its changes of the tracked table at least.
   * @param published those of the published tables, made only if somebody follows them
   */
  onCommit(changes: readonly Change[], published: () => readonly RowChange[]): LogEntry;
}
