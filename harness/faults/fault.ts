/**
 * A kind of fault: its fields, what it needs, how it acts, how it is described, drawn, shrunk and started by hand. One
 * file a kind, one line in `kinds.ts`; plan, search, reports and command line know kinds by the registry alone.
 */
import type { Arbitrary } from 'fast-check';
import type { z } from 'zod';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Capability } from '../port/backend.ts';
import type { AppliedFault, FaultTargets, Passage } from '../port/fault-targets.ts';
import type { SubjectCapability } from '../port/subject.ts';
import type { Moment } from '../plan/moment.ts';
import type { RequestMatch } from './fields.ts';

/** A fault that starts at a moment. */
export interface TimedFields {
  kind: string;
  from: Moment;
  until?: Moment | undefined;
}

/** A fault that matches requests. */
export interface RequestFields {
  kind: string;
  match: RequestMatch;
}

interface CommonDefinition<Fault> {
  /** One line for help texts. */
  summary: string;
  /** What the subject must be able to do, whatever the backend. */
  subjectNeeds?: SubjectCapability;
  /** Which of the names in `draw` a fault has. Default: the kind. */
  deviationOf?(fault: Fault): string;
  /** Smaller or more benign faults of the kind, the greatest step first. */
  shrink?(fault: Fault): Iterable<Fault>;
  /** How a person starts it by hand; without it the kind is for runs only. */
  byHand?: ByHand<Fault>;
}

export interface TimedDefinition<Fault> extends CommonDefinition<Fault> {
  /** What the backend must be able to do; `undefined`: nothing. */
  needs(fault: Fault): Capability | undefined;
  /** Resolves once the fault applies; one without `until`, once it is over. */
  inflict(fault: Fault, targets: FaultTargets): Promise<AppliedFault>;
  /** The fault in words, without its moments. */
  describe(fault: Fault): string;
  /** The plan's names for what it takes for itself: of two faults that claim one name the second is dropped. */
  claims?(fault: Fault): string[];
  /** The fault with the versions that it names replaced, when the generations of a plan are renumbered. */
  renameVersions?(fault: Fault, rename: (version: Version) => Version): Fault;
  /** It applies to the start of the application's instances too. */
  isThereAtStart?: true;
}

export interface RequestDefinition<Fault> extends CommonDefinition<Fault> {
  /** What it makes of one request. Never rejects. */
  inflict<Answer>(fault: Fault, passage: Passage<Answer>): MaybePromise<Answer>;
  /** What it does, to be appended to "http-delay: PATCH number 2 of worker-1"; may be empty. */
  describe(fault: Fault): string;
  /** What happened to a request, from the fields that the history has. */
  tell(fields: Readonly<Record<string, unknown>>): string;
  /** It makes sense between a tab and the application, too. */
  isAtEdgeToo?: true;
}

type DefinitionOf<Fault> = [Fault] extends [RequestFields] ? RequestDefinition<Fault> : TimedDefinition<Fault>;

/** What a definition says of itself, whatever its fields. */
export interface Shape<Kind, Schema, Draw> {
  kind: Kind;
  /** The schema of the whole fault: `lasting`, `momentary` or `onRequests` makes it. */
  fields: Schema;
  /** Name of a deviation → how it is drawn; the name of the kind, unless there are several. */
  draw?: Draw;
}

/** Types the definition of a kind of fault. */
export function defineFault<
  const Kind extends string,
  Schema extends z.ZodType<TimedFields | RequestFields>,
  const Deviation extends string = never,
>(
  definition: Shape<Kind, Schema, Readonly<Record<Deviation, Drawing<z.output<Schema>>>>> &
    DefinitionOf<z.output<Schema>>,
): Shape<Kind, Schema, Readonly<Record<Deviation, Drawing<z.output<Schema>>>>> {
  return definition;
}

type Draws<Fault> = Readonly<Record<string, Drawing<Fault>>>;
export type TimedKind = Shape<string, z.ZodType, Draws<TimedFields>> & TimedDefinition<TimedFields>;
export type RequestKind = Shape<string, z.ZodType, Draws<RequestFields>> & RequestDefinition<RequestFields>;

/** What a generation has written with one of its steps. */
export interface Version {
  key: string;
  generation: number;
  progress: number;
}

/** Durations that a search may draw, in milliseconds. */
export interface DrawLimits {
  /** Of lags, outages and stalls. */
  readonly lags: readonly number[];
  /** Of single requests and responses. */
  readonly delays: readonly number[];
}

/** What a drawn fault may apply to. */
export interface Site {
  replica: string;
  /** Of the application, counted from 1. */
  instance: number;
  /** Worker or session. */
  actor: string;
  session: string;
  /** What has just been committed. */
  version: Version;
}

export type Drawing<Fault> = RequestDrawing<Fault> | SiteDrawing<Fault>;

/** Drawn for one request of an actor. */
export interface RequestDrawing<Fault> extends DrawingOptions {
  on: 'request';
  draw(limits: DrawLimits): Arbitrary<(match: RequestMatch) => Fault>;
}

/** Drawn for one replica, instance, actor or tab: from the beginning, or at one of the commits. */
export interface SiteDrawing<Fault> extends DrawingOptions {
  on: 'replica' | 'instance' | 'actor' | 'tab';
  at: 'start' | 'commit';
  draw(limits: DrawLimits): Arbitrary<(site: Site) => Fault>;
}

interface DrawingOptions {
  /** How often, compared to the others; 1. */
  weight?: number;
  /** Drawn only where a range names it. */
  onRequestOnly?: true;
}

/** How a person starts a fault on an environment that is up. */
export interface ByHand<Fault> {
  /** The verb that starts it, instead of `ratchet fault`. */
  verb?: string;
  /** Field → the option that gives it. Replicas and matches have their options anyway. */
  options?: Readonly<Record<string, HandOption>>;
  /** Without a replica it applies to all of them. */
  isForEveryReplica?: true;
  /** A later one of the kind may take its place without its end in between. */
  isReplaceable?(fault: Fault): boolean;
  /** It acts on commits, which are known only where the table of the progress is. */
  followsCommits?(fault: Fault): boolean;
}

export interface HandOption {
  /** As commander takes it: `--status <code>`. */
  flag: string;
  description: string;
  value: 'text' | 'whole number' | 'duration';
  choices?: readonly string[];
}
