/** The port of the faults: what each kind must say and do. One file a fault; `faults.ts` is the registry. */
import type { Capability, Cluster, Commit, ReplicaNode } from '../port/backend.ts';
import type { HttpFault } from '../gateway/gateway.ts';
import type { Router } from '../gateway/router.ts';
import type { AppClock } from '../clock.ts';
import type { Fault, FaultOf } from '../plan/faults.ts';

/** What a fault may act on. */
export interface FaultTargets {
  replica(name: string): ReplicaNode;
  readonly router: Pick<Router, 'setInRotation'>;
  /** Of an instance of the application, counted from 1. */
  appClock(instance: number): AppClock;
  /** Where the backend can promote. */
  promote: Cluster['promote'];
  /** What the primary has flushed. */
  primaryLsn(): Promise<string>;
  /** Tells every later commit, in commit order per key; returns how to stop. */
  onCommit(listener: (commit: Commit) => void): () => void;
}

/** A fault that begins and ends. */
export interface TimedFaultKind<Kind extends TimedFault['kind']> {
  kind: Kind;
  requires(fault: FaultOf<Kind>): Capability;
  /** Resolves once it has taken hold. */
  begin(fault: FaultOf<Kind>, targets: FaultTargets): Promise<Hold>;
}

/** A fault that has taken hold. */
export interface Hold {
  end(): Promise<void>;
  /** What the history is to say of its beginning besides what the plan says. */
  details?: Readonly<Record<string, unknown>>;
}

/** A fault that befalls single HTTP requests. */
export interface HttpFaultKind<Kind extends RequestFault['kind']> {
  kind: Kind;
  requires: Capability;
  inflict(fault: FaultOf<Kind>): HttpFault;
}

export type RequestFault = Extract<Fault, { match: unknown }>;
export type TimedFault = Exclude<Fault, RequestFault>;
