/**
 * A kind of fault: its fields, its requirements, its effect, and how it is described, drawn, shrunk and started manually.
 * Each kind is one file and one line in `kinds.ts`; plan, search, reports and command line use only the registry.
 */
import type { Arbitrary } from 'fast-check';
import type { z } from 'zod';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Capability, NodeName } from '../port/backend.ts';
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
  /** The capability of the subject that the kind needs, on every backend. */
  subjectNeeds?: SubjectCapability;
  /** The name in `draw` that the fault belongs to. Default: the kind. */
  deviationOf?(fault: Fault): string;
  /** Smaller or more benign faults of the kind, the greatest step first. */
  shrink?(fault: Fault): Iterable<Fault>;
  /** How a user starts it manually; if missing, the kind is available only in plans. */
  byHand?: ManualStart<Fault>;
}

export interface TimedDefinition<Fault> extends CommonDefinition<Fault> {
  /** The capability of the backend that the fault needs, if any. */
  needs(fault: Fault): Capability | undefined;
  /** Resolves when the fault applies; a momentary fault resolves when it is over. */
  inflict(fault: Fault, targets: FaultTargets): Promise<AppliedFault>;
  /** The fault in words, without its moments. */
  describe(fault: Fault): string;
  /** Names of what the fault acts on: of two deviations with a common name, only the first is applied. */
  claims?(fault: Fault): string[];
  /** Replaces the versions that the fault names, when the generations of a plan are renumbered. */
  renameVersions?(fault: Fault, rename: (version: Version) => Version): Fault;
  /** The fault also applies while the instances of the application start. */
  appliesDuringStart?: true;
  /**
   * Whether a request meets the fault, so that its answer may be another than without the fault. A kind without this has
   * an effect as soon as it applies; another one that no request of a run meets has tested nothing.
   */
  isMetBy?(fault: Fault, request: MeetingRequest): boolean;
  /** Whether the fault keeps its replica from showing a version that is committed while it applies. Default: any. */
  holdsBack?(fault: Fault, version: Version): boolean;
  /** Acts on the stream of a tab: the tab that it names, or one at least, must have one. */
  onStream?: true;
  /** Makes visible what a replica lacks, as a read of it does. */
  revealsLag?: true;
}

/** A request that was under way while a fault applied. */
export interface MeetingRequest {
  /** Worker or session, if known. */
  readonly actor: string | undefined;
  /** The database that the load balancer chose. */
  readonly node: NodeName;
  /** The database lacked a commit that the fault holds back, and that had been reported before the request. */
  readonly isBehind: boolean;
}

export interface RequestDefinition<Fault> extends CommonDefinition<Fault> {
  /** Handles one request. Never rejects. */
  inflict<Answer>(fault: Fault, passage: Passage<Answer>): MaybePromise<Answer>;
  /** Text that is appended to "http-delay: PATCH number 2 of worker-1"; may be empty. */
  describe(fault: Fault): string;
  /** Describes what happened to a request, from the fields of the history. */
  describeEffect(fields: Readonly<Record<string, unknown>>): string;
  /** The fault can also apply between a tab and the application. */
  isAtEdgeToo?: true;
}

type DefinitionOf<Fault> = [Fault] extends [RequestFields] ? RequestDefinition<Fault> : TimedDefinition<Fault>;

/** The parts of a definition that determine its types. */
export interface Shape<Kind, Schema, Draw> {
  kind: Kind;
  /** The schema of the fault, made by `lasting`, `momentary` or `onRequests`. */
  fields: Schema;
  /** Name of a deviation → how it is drawn. A kind with one deviation uses its own name. */
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

/** A version of a story: the progress that a generation wrote. */
export interface Version {
  key: string;
  generation: number;
  progress: number;
}

/** A moment that a version determines. */
export interface VersionMoment {
  after: { f: 'commit' | 'show'; session?: string } & Version;
  plus_ms: number;
}

/** Durations that a search may draw, in milliseconds. */
export interface DrawLimits {
  /** Of lags, outages and stalls. */
  readonly lags: readonly number[];
  /** Of windows in which requests are refused or held: also longer than most applications wait or try again. */
  readonly windows: readonly number[];
  /** Of single requests and responses. */
  readonly delays: readonly number[];
  /** To which single reads are sent. */
  readonly databases: readonly string[];
}

/** The targets that are available to a drawn fault. */
export interface Site {
  replica: string;
  /** Of the application, counted from 1. */
  instance: number;
  /** Worker or session. */
  actor: string;
  session: string;
  /** All stories of the plan. */
  stories: readonly string[];
  /** The version that starts the fault; its key is the story. */
  version: Version;
  /** A version before it, which a replica shows that lacks the version. */
  before: Version;
  /** When it is committed, or shown, or later. */
  moment: VersionMoment;
}

export type Drawing<Fault> = RequestDrawing<Fault> | SiteDrawing<Fault>;

/** Drawn for one request of an actor. */
export interface RequestDrawing<Fault> extends DrawingOptions {
  on: 'request';
  draw(limits: DrawLimits): Arbitrary<(match: RequestMatch) => Fault>;
}

/** Drawn for one replica, instance, actor, tab or story, from the start of the run or from a commit. */
export interface SiteDrawing<Fault> extends DrawingOptions {
  on: 'replica' | 'instance' | 'actor' | 'tab' | 'story';
  at: 'start' | 'commit';
  draw(limits: DrawLimits): Arbitrary<(site: Site) => Fault>;
}

interface DrawingOptions {
  /** Relative frequency; 1. */
  weight?: number;
  /** Drawn in the range of a scenario only if it names it. */
  notInScenarios?: true;
  /** Drawn only in a range that names it, since it needs what most plans do not have. */
  onlyIfNamed?: true;
}

/** How a user starts a fault manually in a running environment. */
export interface ManualStart<Fault> {
  /** The verb that starts it, instead of `ratchet fault`. */
  verb?: string;
  /** Field → its option. The fields `replica` and `match` have common options. */
  options?: Readonly<Record<string, ManualOption>>;
  /** Without a replica, the fault applies to every replica. */
  isForEveryReplica?: true;
  /** A later fault of the kind may replace it without ending it first. */
  isReplaceable?(fault: Fault): boolean;
  /** The fault follows commits, which are reported only if the tracked table exists. */
  followsCommits?(fault: Fault): boolean;
}

export interface ManualOption {
  /** In the syntax of commander: `--status <code>`. */
  flag: string;
  description: string;
  value: 'text' | 'whole number' | 'duration';
  choices?: readonly string[];
}
