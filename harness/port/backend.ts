/**
 * The port to the databases that a run uses. A plan that needs a missing capability is refused, naming the capability.
 */
import type { Clock } from '../clock.ts';
import type { Lsn } from '../history/lsn.ts';
import type { HttpAnswer, HttpMessage } from './message.ts';
import type { ROUTINGS } from '../plan/routing.ts';
import type { ApiKeys } from '../gateway/api-access.ts';
import type { DatabaseModel } from './model.ts';
import type { SignedInUser } from './session.ts';
import type { ChangeFeed, TargetRealtime } from './stream.ts';
import type { MaybePromise } from '../maybe-promise.ts';

export type Capability =
  /** The backend reports every commit of the tracked table. */
  | 'commits'
  | 'replicas'
  | 'lag-paused'
  | 'lag-exact'
  | 'lag-timed'
  | 'out-of-rotation'
  | `outage-${Outage}`
  | 'promotion'
  /** Tabs can subscribe to changes, and faults apply to their streams on the way. */
  | 'stream'
  /** Faults apply to the server of Realtime. */
  | 'stream-server'
  /** Requests to the backend pass the gateway, where faults can match them. */
  | 'http-faults';

const OUTAGES = ['freeze', 'kill', 'restart', 'partition'] as const;
/** The ways in which the machine of a database can fail; see the fault `outage` of a plan. */
export type Outage = (typeof OUTAGES)[number];

/** The capabilities of a backend that runs its own databases: commits, every kind of lag, every outage of replicas. */
export const OWN_DATABASE_CAPABILITIES: readonly Capability[] = [
  'commits',
  'replicas',
  'lag-paused',
  'lag-exact',
  'lag-timed',
  'stream',
  'stream-server',
  ...OUTAGES.map((how) => `outage-${how}` as const),
];

/** `primary`, or `replica-1` … `replica-N`. */
export type NodeName = string;

/** How the load balancer distributes reads. */
export type Routing = (typeof ROUTINGS)[number];

/** Where the application keeps the progress of a story. */
export interface TrackedTable {
  table: string;
  /** Column that identifies the story, or the columns of a composite key. */
  key: string | readonly string[];
  /** Column of the generation number; without it, every value belongs to generation 1. */
  generation?: string;
  progress: string;
  /** The value of the progress column that means 100%. Default: 100. */
  progressMax?: number;
  status?: string;
  /** The values of the status column that mean that a generation has ended. Default: `completed` and `failed`. */
  statusWords?: StatusWords;
}

/** The application's words for the two statuses that a history knows. All other words are recorded as they are. */
export interface StatusWords {
  completed?: string | readonly string[];
  failed?: string | readonly string[];
}

/** One committed row version, from the database itself, in commit order per story; see `trackedCommit`. */
export interface Commit {
  /** The key of the row as text, see `keyText`. A run records the name of its story instead. */
  key: string;
  generation: number;
  /** 0 to 100, whatever the scale of the column. */
  progress: number;
  /** `completed`, `failed` or another word of the application. */
  status: string | undefined;
  /**
   * The position right after the commit record, if the backend knows it: a replica that has replayed up to here shows
   * this commit, and a replica held here shows nothing later. Otherwise a position at or before the record and after
   * every earlier commit of the same story.
   */
  lsn: Lsn;
  /**
   * Set if this is not a new write but a version that is current again because the later ones were lost when the named
   * replica was promoted. `lsn` is then that of the promotion.
   */
  promoted?: NodeName;
}

/** One database with its REST API, which is that of PostgREST. */
export interface DatabaseNode {
  readonly name: NodeName;
  /** Connection URL for PostgreSQL clients, with the owner's name and password, if clients can connect. */
  readonly databaseUrl?: string;
  /** The URL has the path `/rest/v1/…`. Rejects when the database cannot be reached. */
  rest(request: HttpMessage): MaybePromise<HttpAnswer>;
  /** Primary: the flushed LSN; replica: the replayed LSN. `undefined` if the backend cannot know it. */
  lsn(): MaybePromise<Lsn | undefined>;
}

/** Each lag call replaces the lag of the previous call, which is rejected if it is still waiting. */
export interface ReplicaNode extends DatabaseNode {
  /** The replayed LSN. A backend with replicas also knows the LSN of the primary. */
  lsn(): MaybePromise<Lsn>;
  /** Stops replay at its current position. Once this has resolved, no further commit becomes visible. */
  pause(): Promise<void>;
  /**
   * Replays up to and including `lsn`, the LSN of a `Commit`, and stops exactly there; resolves when it is reached.
   * Rejects if the replica already has a later commit of the tracked table.
   */
  holdAt(lsn: Lsn): Promise<void>;
  /** Every commit becomes visible `milliseconds` after it was made. */
  delay(milliseconds: number): Promise<void>;
  /** Ends every kind of lag. Resolves when the replica has replayed up to the primary's flushed LSN. */
  resume(): Promise<void>;
  /**
   * Applies an outage; present if the backend has a capability `outage-…`. Resolves once the outage is in effect, to a
   * function that ends it and resolves when the replica works again.
   */
  outage?(how: Outage): Promise<() => Promise<void>>;
}

export interface ClusterOptions {
  /** Number of replicas, 0 or more. */
  replicas: number;
  /** SQL scripts, applied to the primary in order before anything else. */
  migrations: readonly { name: string; sql: string }[];
  /** Replaces the migrations for a virtual backend. */
  simulation?: SimulationOptions;
  /** Commits of this table are reported; if `undefined`, no commits are. */
  tracked: TrackedTable | undefined;
  /** Called for each step of the start ("starting PostgreSQL 18 …"), for the progress line. */
  onProgress(message: string): void;
  /** Called for every commit of the tracked table, in commit order per key. */
  onCommit(commit: Commit): void;
  /** Called once, if a database ends unexpectedly. */
  onDeath(reason: Error): void;
  /** The API keys and the JWT secret, for a backend that runs its own databases; random by default. */
  keys?: ApiKeys;
  /** The user confirms that an unmarked target may be written to. */
  ownsTarget?: boolean;
  signal?: AbortSignal;
}

export interface SimulationOptions {
  /** `undefined` if the subject has no model; the databases are then made from its migrations. */
  model: DatabaseModel | undefined;
  /** What `Backend.prepare` returned for the migrations. A run in virtual time without a model needs it. */
  database?: PreparedDatabase;
  clock: Clock;
  /** The date when the clock starts. */
  epochMs: number;
  /** Numbers in [0, 1), for the random values of the database. */
  random(): number;
}

/** A database with a subject's migrations, which runs in virtual time can use one after another. */
export interface PreparedDatabase {
  /** What a reader of the verdict must know of the migrations, as sentences. */
  readonly notes: readonly string[];
}

/** What determines a prepared database. */
export type DatabaseSource = Pick<ClusterOptions, 'migrations' | 'tracked'>;

/** Running databases, without the gateway. */
export interface Cluster {
  readonly primary: DatabaseNode;
  readonly replicas: readonly ReplicaNode[];
  /** In Supabase's format: `sb_publishable_…`, `sb_secret_…`. */
  readonly publishableKey: string;
  readonly secretKey: string;
  /** With which access tokens of users are signed; `undefined` if it is not known. */
  readonly jwtSecret?: string;
  /** Without a JWT secret: Supabase Auth of the target. Rejects if it cannot be reached. */
  auth?(request: HttpMessage): Promise<HttpAnswer>;
  /** Versions of the database and of the REST layer, for the history's header. */
  readonly versions: Record<string, string>;
  /** Capabilities of the backend that this cluster does not have, and the reason, as text for a report. */
  readonly missing?: { capabilities: readonly Capability[]; because: string };
  /** What differs from a Supabase project in a way that the user should know, as sentences for a report. */
  readonly notes?: readonly string[];
  /** Adds a row to a table of the schema `public` on the primary, as the owner; for seeding stories. */
  insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void>;
  /** Adds a row to `auth.users`, unless the user exists. Missing if the database has no such table. */
  addUser?(user: SignedInUser): Promise<void>;
  /** Changes that can be undone. Missing if the databases are made for one run. */
  readonly undoable?: UndoableChanges;
  /**
   * Sends the requests that reach the databases' own gateway to the gateway of a run at the URL `to`. Present if the
   * databases have a gateway that is running already.
   */
  redirect?(to: string): Promise<Redirection>;
  /**
   * Loses the primary and promotes a replica; present if the backend has the capability `promotion`. After `downMs` the
   * promoted replica answers under the name `primary`. Resolves once the old primary is down. When the new one is up,
   * `onCommit` is called with the current version of every key whose later versions are lost.
   */
  promote?(replica: NodeName, downMs: number): Promise<Promotion>;
  /** What Realtime reads of the primary, from the first call on. Present if the backend has the capability `stream-server`. */
  changes?(): Promise<ChangeFeed>;
  /** Realtime of a target, to which a run passes its sockets on. */
  readonly realtime?: TargetRealtime;
  /** Resolves when every commit made so far has been passed to `onCommit`. */
  commitsDelivered(): Promise<void>;
  /** Stops everything and removes every file of the cluster. Idempotent. */
  close(): Promise<void>;
}

/** Like the methods of `Cluster`, but each resolves to a function that undoes the change. */
export interface UndoableChanges {
  insert(table: string, row: Readonly<Record<string, unknown>>): Promise<Undo>;
  addUser(user: SignedInUser): Promise<Undo>;
}

export type Undo = () => Promise<void>;

export interface Redirection {
  /** Where the application reaches the gateway. */
  readonly url: string;
  /** Resolves when no further request is sent to the run. */
  end(): Promise<void>;
}

export interface Promotion {
  /** The replayed LSN of the replica, where the new primary starts. Later commits have greater LSNs than all before. */
  lsn: Lsn;
  /** Number of acknowledged commits of the tracked table that are lost. */
  commitsLost: number;
  /** Starts a replica of the new primary under the promoted replica's name, once the new primary is up. */
  replace(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** One line for `ratchet list`. */
  readonly description: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Why it lacks a capability, where that depends on its settings or needs an explanation. */
  readonly lacks?: Readonly<Partial<Record<Capability, string>>>;
  /** The backend runs only in a simulation. */
  readonly isVirtual?: true;
  /** The backend starts no databases: it connects to those that are running. */
  readonly isConnecting?: true;
  /** How a command names it. Default: `--backend` and its name. */
  readonly option?: string;
  /** The number of replicas that are running, if the backend starts none. */
  readonly replicasMax?: number;
  /**
   * Prepares the databases of runs in virtual time, which cannot wait for anything real.
   * @throws UsageError for a migration that cannot be applied, with its file and line
   */
  prepare?(source: DatabaseSource): Promise<PreparedDatabase>;
  /**
   * Makes the files that `prepare` keeps on disk, so that threads which prepare the same databases find them.
   * @throws UsageError for a migration that cannot be applied, with its file and line
   */
  prepareFiles?(source: DatabaseSource): Promise<void>;
  start(options: ClusterOptions): Promise<Cluster>;
  /** What `ratchet doctor` shows: each requirement of the backend and whether it is met. */
  diagnose(): Promise<Diagnosis[]>;
}

export interface Diagnosis {
  what: string;
  ok: boolean;
  /** What was found, or what to do if it is missing. */
  detail: string;
}
