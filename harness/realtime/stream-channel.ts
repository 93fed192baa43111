/** One channel of a socket: what it has joined, its access, and its subscription to changes. */
import type { AccessToken } from './stream-access.ts';
import type { ActiveBinding, Binding } from './change-bindings.ts';

export interface JoinConfig {
  broadcast?: {
    ack?: boolean;
    self?: boolean;
    replay?: { since?: number; limit?: number };
  };
  presence?: { key?: string; enabled?: boolean };
  postgres_changes_options?: { wait?: boolean };
  private?: boolean;
}

export interface StreamChannel {
  readonly topic: string;
  readonly joinRef: string | null;
  readonly config: JoinConfig;
  readonly bindings: readonly Binding[];
  access: AccessToken;
  /** Of `postgres_changes`, when they are in effect. */
  active: readonly ActiveBinding[];
  /** The client left, or the server closed it. */
  isClosed: boolean;
}

/** The part of the topic that the application knows. */
export function nameOf(topic: string): string {
  return topic.replace(/^realtime:/, '');
}
