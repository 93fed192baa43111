/** What a run can ask of an environment, and an environment of a run, over the socket between them. */
import type { ApiKeys } from '../gateway/api-access.ts';
import type { Lsn } from '../history/lsn.ts';
import type { Capability, Cluster, Commit, NodeName, Outage, TrackedTable } from '../port/backend.ts';
import type { HttpAnswer, HttpMessage } from '../port/message.ts';
import type { SignedInUser } from '../port/session.ts';
import type { ChangeTransaction, PublishedTable } from '../port/stream.ts';

/** The methods of an environment. */
export interface EnvironmentCalls {
  describe(): EnvironmentDescription;
  /** Gives the environment to this run until `detach`, or until the connection ends. */
  attach(tracked: TrackedTable): Promise<void>;
  rest(node: NodeName, request: SentRequest): Promise<SentAnswer>;
  lsn(node: NodeName): Promise<Lsn | undefined>;
  pause(replica: NodeName): Promise<void>;
  holdAt(replica: NodeName, lsn: Lsn): Promise<void>;
  delay(replica: NodeName, milliseconds: number): Promise<void>;
  resume(replica: NodeName): Promise<void>;
  /** Resolves to the number by which it is ended. */
  beginOutage(replica: NodeName, how: Outage): Promise<number>;
  endOutage(outage: number): Promise<void>;
  insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void>;
  addUser(user: SignedInUser): Promise<void>;
  commitsDelivered(): Promise<void>;
  /** Passes on to the run what the primary commits from now on. Resolves to the published tables. */
  followChanges(): Promise<readonly PublishedTable[]>;
  changesDelivered(): Promise<void>;
  /**
   * Sends the requests to the environment's gateway to the gateway of the run at this URL; `null`: to its own. Then it
   * resolves when the run has answered the earlier requests.
   */
  redirect(to: string | null): Promise<void>;
  /** Undoes everything that the run has changed. */
  detach(): Promise<void>;
}

/** The methods of a run. */
export interface RunCalls {
  /** A commit of a row that the run has created. */
  commit(commit: Commit): void;
  /** A transaction with changes of published tables, of anybody. */
  changed(transaction: ChangeTransaction): void;
}

export interface EnvironmentDescription {
  name: string;
  /** Of the backend. */
  backend: string;
  capabilities: readonly Capability[];
  missing: Cluster['missing'];
  tracked: TrackedTable | undefined;
  replicas: readonly NodeName[];
  apiUrl: string;
  keys: Pick<ApiKeys, 'publishable' | 'secret'> & { jwtSecret: string | undefined };
  versions: Record<string, string>;
  notes: readonly string[];
}

/** A message as JSON. */
export type SentRequest = Omit<HttpMessage, 'url' | 'headers'> & { url: string; headers: SentHeaders };
export type SentAnswer = Omit<HttpAnswer, 'headers'> & { headers: SentHeaders };
type SentHeaders = [name: string, value: string][];

export function sentRequest({ method, url, headers, body }: HttpMessage): SentRequest {
  return { method, url: url.href, headers: [...headers], body };
}

export function requestFrom({ url, headers, ...rest }: SentRequest): HttpMessage {
  return { ...rest, url: new URL(url), headers: new Headers(headers) };
}

export function sentAnswer({ headers, ...rest }: HttpAnswer): SentAnswer {
  return { ...rest, headers: [...headers] };
}

export function answerFrom({ headers, ...rest }: SentAnswer): HttpAnswer {
  return { ...rest, headers: new Headers(headers) };
}
