/** The interface of REST layers, which provide PostgREST's API for a server: `rest-lite.ts`, `rest-postgrest.ts`. */
import type { EnvironmentError } from '../../errors.ts';
import type { Address } from './address.ts';
import type { Keys } from './api-keys.ts';

export interface RestLayer {
  /** For the history's header. */
  readonly versions: Record<string, string>;
  /** Creates the REST API of one server. Must be called for the primary first. */
  attach(node: RestNodeOptions): RestNode;
}

export interface RestNodeOptions {
  name: string;
  address: Address;
  keys: Keys;
  /** Registers a process that must not outlive this one. */
  watch(pid: number): void;
  /** Called if the REST layer fails. */
  onFailure(reason: EnvironmentError): void;
}

export interface RestNode {
  /** Prepares for fast answers and loads the schema. Called once the server is up and the migrations are applied. */
  warmUp(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  /** Called after DDL on the primary. */
  schemaChanged(): Promise<void>;
  close(): Promise<void>;
}
