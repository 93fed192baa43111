/** What answers PostgREST's dialect before a server: `rest-lite.ts`, `rest-postgrest.ts`. */
import type { EnvironmentError } from '../../errors.ts';
import type { Address } from './address.ts';
import type { Keys } from './api-keys.ts';

export interface RestLayer {
  /** For the history's header. */
  readonly versions: Record<string, string>;
  /** The layer before one server. Called for the primary first. */
  attach(node: RestNodeOptions): RestNode;
}

export interface RestNodeOptions {
  name: string;
  address: Address;
  keys: Keys;
  /** Of a process that must not outlive us. */
  watch(pid: number): void;
  /** Told when the layer itself dies. */
  onFailure(reason: EnvironmentError): void;
}

export interface RestNode {
  /** Ready to answer quickly; the schema is known. Called once the server is up and the migrations are applied. */
  warmUp(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  /** After DDL on the primary. */
  schemaChanged(): Promise<void>;
  close(): Promise<void>;
}
