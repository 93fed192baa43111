/** The port to a place where the data lives. A plan that needs a missing capability is refused by name. */
import type { Clock } from '../clock.ts';
import type { Lsn } from '../history/lsn.ts';
import type { HttpAnswer, HttpMessage } from './message.ts';
import type { ROUTINGS } from '../plan/routing.ts';
import type { DatabaseModel } from './model.ts';
import type { MaybePromise } from '../maybe-promise.ts';

export type Capability =
  /** It tells every commit of the tracked table. */
  | 'commits'
  | 'replicas'
  | 'lag-paused'
  | 'lag-exact'
  | 'lag-timed'
  | 'out-of-rotation'
  | `outage-${Outage}`
  | 'promotion'
  /** Its requests pass the gateway, where faults can match them. */
  | 'http-faults';

const OUTAGES = ['freeze', 'kill', 'restart', 'partition'] as const;
/** How the machine of a database can fail; see the fault `outage` of a plan. */
export type Outage = (typeof OUTAGES)[number];

/** Of a backend whose databases are its own: it knows all that happens in them, and its replicas can fail in every way. */
export const OWN_DATABASE_CAPABILITIES: readonly Capability[] = [
  'commits',
  'replicas',
  'lag-paused',
  'lag-exact',
  'lag-timed',
  ...OUTAGES.map((how) => `outage-${how}` as const),
];

/** `primary`, or `replica-1` … `replica-N`. */
export type NodeName = string;

/** How the load balancer spreads reads. */
export type Routing = (typeof ROUTINGS)[number];

/** Where the application keeps the progress of a story. */
export interface TrackedTable {
  table: string;
  /** Column that identifies the story (text or uuid). */
  key: string;
  /** Column of the generation number; without one every value belongs to generation 1. */
  generation?: string;
  progress: string;
  status?: string;
}

/** One committed row version, from the database itself, in commit order per story. */
export interface Commit {
  key: string;
  generation: number;
  progress: number;
  status: string | undefined;
  /**
   * The position right after the commit record, where the backend knows it: whoever has replayed up to here sees
   * this commit, and a replica held here shows nothing later. Where it does not, a position at or before the
   * record and after every earlier commit of the same story.
   */
  lsn: Lsn;
  /**
   * Where this is nothing that anybody wrote now, but a version with which a replica of this name began as the new
   * primary, since the later ones were lost. `lsn` is that of the promotion.
   */
  promoted?: NodeName;
}

/** Answers PostgREST's dialect for one database. */
export interface DatabaseNode {
  readonly name: NodeName;
  /** Where a client of PostgreSQL finds it, as its owner and with the password; where there is such a way. */
  readonly databaseUrl?: string;
  /** The URL has the path `/rest/v1/…`. Rejects when the database cannot be reached. */
  rest(request: HttpMessage): MaybePromise<HttpAnswer>;
  /** Primary: what it has flushed; replica: what it has replayed. `undefined` where nobody can be asked. */
  lsn(): MaybePromise<Lsn | undefined>;
}

/** Each call replaces the lag of the one before. A call that still waits when the next one comes is rejected. */
export interface ReplicaNode extends DatabaseNode {
  /** What it has replayed. Where there are replicas, their primary can be asked as well. */
  lsn(): MaybePromise<Lsn>;
  /** Stops replay where it is; when this resolves no further commit becomes visible. */
  pause(): Promise<void>;
  /**
   * Lets replay go on until `lsn` inclusive and holds it exactly there; resolves when it got there. `lsn` is that of
   * a `Commit`. Rejects when the replica already has a later commit of the tracked table.
   */
  holdAt(lsn: Lsn): Promise<void>;
  /** Every commit becomes visible `milliseconds` after it was made. */
  delay(milliseconds: number): Promise<void>;
  /** Ends every kind of lag. Resolves when the replica has caught up with the primary's flushed LSN. */
  resume(): Promise<void>;
  /** Where the backend can do outages. Resolves once it has taken hold, to what ends it: the replica is whole again. */
  outage?(how: Outage): Promise<() => Promise<void>>;
}

export interface ClusterOptions {
  /** Number of replicas, 0 or more. */
  replicas: number;
  /** SQL texts, applied in order on the primary before anything else. */
  migrations: readonly { name: string; sql: string }[];
  /** Instead of the migrations, for a backend that is virtual. */
  simulation?: SimulationOptions;
  /** Commits of this table are reported; without one nobody's are. */
  tracked: TrackedTable | undefined;
  /** Told of each step of the start ("starting PostgreSQL 18 …"), for the progress line. */
  onProgress(message: string): void;
  /** Told of every commit of the tracked table, in commit order per key. */
  onCommit(commit: Commit): void;
  /** Told once if a database dies that nobody stopped. */
  onDeath(reason: Error): void;
  /** The caller vouches that the target may be written to, though nothing marks it. */
  ownsTarget?: boolean;
  signal?: AbortSignal;
}

export interface SimulationOptions {
  /** `undefined`: the subject has none. */
  model: DatabaseModel | undefined;
  clock: Clock;
  /** The date at the clock's beginning. */
  epochMs: number;
}

/** Databases that run, without the gateway. */
export interface Cluster {
  readonly primary: DatabaseNode;
  readonly replicas: readonly ReplicaNode[];
  /** In the form that Supabase gives them: `sb_publishable_…`, `sb_secret_…`. */
  readonly publishableKey: string;
  readonly secretKey: string;
  /** What ran: versions of the database and of the REST layer, for the history's header. */
  readonly versions: Record<string, string>;
  /** What its backend can do and it turned out that it cannot, and why, in a sentence that a report may show. */
  readonly lacks?: { capabilities: readonly Capability[]; because: string };
  /** Adds a row to a table of the schema `public` on the primary, as the owner; for seeding stories. */
  insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Where the backend can promote: the primary is lost, and after `downMs` the replica answers in its place, under its
   * name. Resolves once the primary is gone. When the new one is there, `onCommit` is told of the version of every key
   * whose later ones are lost.
   */
  promote?(replica: NodeName, downMs: number): Promise<Promotion>;
  /** Resolves when every commit made so far has been told to `onCommit`. */
  commitsDelivered(): Promise<void>;
  /** Stops everything and removes every file of the cluster. Idempotent. */
  close(): Promise<void>;
}

export interface Promotion {
  /** What the replica had: the new primary begins there. Later commits have later positions than any before. */
  lsn: Lsn;
  /** Commits of the tracked table that had been acknowledged, and are gone. */
  commitsLost: number;
  /** Fills the replica's own place with a replica of the new primary, when there is one. */
  replace(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** One line for `ratchet list`. */
  readonly description: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** It runs in a simulation only, and knows the subject's database from its `simulation`, not from migrations. */
  readonly isVirtual?: true;
  start(options: ClusterOptions): Promise<Cluster>;
  /** What `ratchet doctor` shows: each thing the backend needs and whether it is there. */
  diagnose(): Promise<Diagnosis[]>;
}

export interface Diagnosis {
  what: string;
  ok: boolean;
  /** What was found, or what to do about its absence. */
  detail: string;
}
