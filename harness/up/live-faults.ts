/** The active faults of an environment: the faults of a plan, started and ended by commands. */
import type { Backend } from '../port/backend.ts';
import { UsageError } from '../errors.ts';
import {
  claims,
  claimOf,
  hasField,
  inflictFault,
  isRequestFault,
  isRequestKind,
  kindNamed,
  parseFault,
  type Fault,
} from '../faults/fault-registry.ts';
import { referencesOf } from '../faults/references.ts';
import { describeFault } from '../plan/fault-words.ts';
import type { Claim } from '../gateway/claim.ts';
import type { FaultTargets } from '../port/fault-targets.ts';
import { missingOfFault } from '../runner/requirements.ts';
import type { ActiveFault, Command, FaultRequest } from './control.ts';

export interface LiveFaultsOptions {
  backend: Backend;
  targets: FaultTargets;
  replicas: readonly string[];
  /** Whether commits are reported, which an exact lag requires. */
  areCommitsReported: boolean;
}

/** The actor of requests without an actor header. */
const APP = 'app';

interface Entry extends ActiveFault {
  /** Matching requests so far. */
  seen: number;
  /** Present for faults that are not request faults. */
  end?: () => Promise<void>;
}

export class LiveFaults {
  readonly #options: LiveFaultsOptions;
  readonly #entries = new Map<number, Entry>();
  #lastId = 0;

  constructor(options: LiveFaultsOptions) {
    this.#options = options;
  }

  /** @throws UsageError for a fault that is invalid, or that the backend does not support */
  async perform(command: Command): Promise<ActiveFault[]> {
    if (command.do === 'begin') {
      const faults = this.#faultsOf(command.fault);
      for (const fault of faults) this.#require(fault, command.times);
      await Promise.all(faults.map((fault) => this.#begin(fault, command.times)));
    }
    if (command.do === 'clear') await this.#clear(command);
    return this.#list();
  }

  /** @throws UsageError if a fault is active, which a run on the environment would not expect */
  requireNone(environment: string): void {
    const [first] = this.#list();
    if (first === undefined) return;
    throw new UsageError(
      'up-faults',
      `a fault is active in the environment ${environment}: ${describeFault(first.fault)}`,
      'end it with `ratchet fault clear`: a run starts its own faults',
    );
  }

  /** The gateway calls this for every request: the oldest fault that is due claims it. */
  readonly claim: Claim = ({ at, actor = APP, method }) => {
    const matching = [...this.#entries.values()].filter(
      ({ fault }) => isRequestFault(fault) && claims(fault, { at, actor, method }),
    );
    for (const entry of matching) entry.seen += 1;
    for (const entry of matching) {
      const { fault } = entry;
      if (!isRequestFault(fault) || entry.seen < (fault.match.nth ?? 1)) continue;
      if (entry.left !== undefined) entry.left -= 1;
      if (entry.left === 0) this.#entries.delete(entry.id);
      return claimOf(fault);
    }
    return undefined;
  };

  #list(): ActiveFault[] {
    const entries = [...this.#entries.values()].sort((a, b) => a.id - b.id);
    return entries.map(({ id, fault, left }) => ({
      id,
      fault,
      ...(left === undefined ? {} : { left }),
    }));
  }

  /** One fault, or one for every replica. */
  #faultsOf(request: FaultRequest): Fault[] {
    const kind = kindNamed(request.kind);
    if (kind.byHand === undefined) {
      throw new UsageError('fault-invalid', `the fault ${kind.kind} only applies to runs, not to an environment`);
    }
    if (isRequestKind(kind)) return [parseFault({ ...request, match: { actor: APP, ...request.match } })];
    const { replicas } = this.#options;
    if (request.replica !== undefined || !hasField(kind, 'replica')) return [parseFault(request)];
    if (replicas.length === 0)
      throw new UsageError('replica-missing', `the fault ${kind.kind} needs a replica, and the environment has none`);
    if (replicas.length > 1 && kind.byHand.isForEveryReplica !== true) {
      throw new UsageError(
        'replica-missing',
        `the fault ${kind.kind} applies to one replica`,
        `name it: ${replicas.join(', ')}`,
      );
    }
    return replicas.map((replica) => parseFault({ ...request, replica }));
  }

  #require(fault: Fault, times: number | undefined): void {
    const { backend, replicas, areCommitsReported } = this.#options;
    const lack = missingOfFault(fault, backend, `the fault ${fault.kind}`);
    if (lack !== undefined) throw lack;
    const unknown = referencesOf(fault).nodes.find((node) => node !== 'primary' && !replicas.includes(node));
    if (unknown !== undefined) {
      throw new UsageError(
        'replica-unknown',
        `no replica is called ${unknown}`,
        `available: ${replicas.join(', ') || 'none'}`,
      );
    }
    if (!areCommitsReported && kindNamed(fault.kind).byHand?.followsCommits?.(fault as never) === true) {
      throw new UsageError(
        'commits-untold',
        'a replica can be held at a commit only if the tracked table is known',
        'start `ratchet up` with --subject',
      );
    }
    if (times !== undefined && !isRequestFault(fault)) {
      throw new UsageError('fault-invalid', `times applies only to request faults; ${fault.kind} is not one`);
    }
  }

  async #begin(fault: Fault, times: number | undefined): Promise<void> {
    if (isRequestFault(fault)) {
      // A fault of the n-th request applies to one request.
      const left = times ?? (fault.match.nth === undefined ? undefined : 1);
      const id = ++this.#lastId;
      this.#entries.set(id, { id, fault, seen: 0, ...(left === undefined ? {} : { left }) });
      return;
    }
    const same = [...this.#entries.values()].find(
      ({ fault: other }) =>
        other.kind === fault.kind && 'replica' in other && 'replica' in fault && other.replica === fault.replica,
    );
    const isReplaced =
      same !== undefined && kindNamed(fault.kind).byHand?.isReplaceable?.(same.fault as never) === true;
    if (same !== undefined && !isReplaced) await this.#end(same);
    const id = ++this.#lastId;
    const { end } = await inflictFault(fault, this.#options.targets);
    if (same !== undefined) this.#entries.delete(same.id);
    this.#entries.set(id, { id, fault, end, seen: 0 });
  }

  async #end({ id, end }: Entry): Promise<void> {
    this.#entries.delete(id);
    await end?.();
  }

  async #clear({ ids, kind, replica }: Extract<Command, { do: 'clear' }>): Promise<void> {
    const unknown = ids?.find((id) => !this.#entries.has(id));
    if (unknown !== undefined) throw new UsageError('fault-unknown', `no fault has the number ${unknown}`);
    const ended = [...this.#entries.values()].filter(
      ({ id, fault }) =>
        (ids === undefined || ids.includes(id)) &&
        (kind === undefined || fault.kind === kind) &&
        (replica === undefined || ('replica' in fault && fault.replica === replica)),
    );
    const ends = await Promise.allSettled(ended.map((entry) => this.#end(entry)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}
