/** The registry of fault kinds, and what plan, search, runner, reports and command line need from any kind. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { describeIssue } from '../plan/issue.ts';
import type { Capability } from '../port/backend.ts';
import type { AppliedFault, FaultTargets, RequestEffect } from '../port/fault-targets.ts';
import type { SubjectCapability } from '../port/subject.ts';
import { firstOf } from '../required.ts';
import type { RequestKind, TimedKind } from './fault.ts';
import * as kinds from './kinds.ts';

type Kinds = typeof kinds;
type FaultOfKind<Kind> = Kind extends { fields: infer Schema extends z.ZodType } ? z.output<Schema> : never;
/** A fault of a plan, of any kind. */
export type Fault = { [Name in keyof Kinds]: FaultOfKind<Kinds[Name]> }[keyof Kinds];
export type FaultKindName = Fault['kind'];
export type RequestFault = Extract<Fault, { match: unknown }>;
export type TimedFault = Exclude<Fault, RequestFault>;
/** Names of the deviations that are faults. */
export type FaultDeviation = {
  [Name in keyof Kinds]: Kinds[Name] extends { draw?: infer Draw } ? Extract<keyof NonNullable<Draw>, string> : never;
}[keyof Kinds];

export type AnyKind = TimedKind | RequestKind;

export const faultKinds = Object.values(kinds) as unknown as readonly AnyKind[];
const byName = new Map(faultKinds.map((kind) => [kind.kind, kind]));

export const Fault = z.discriminatedUnion(
  'kind',
  faultKinds.map(({ fields }) => fields) as never,
) as unknown as z.ZodType<Fault, FaultInput>;
/** A fault as the user writes it: fields with a default are optional. */
export type FaultInput = {
  [Name in keyof Kinds]: Kinds[Name] extends { fields: infer Schema extends z.ZodType } ? z.input<Schema> : never;
}[keyof Kinds];

/** @throws Error for a name that no kind has */
export function kindNamed(name: string): AnyKind {
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`no kind of fault is called ${name}`);
  return kind;
}

export function isRequestFault(fault: Fault): fault is RequestFault {
  return 'match' in fault;
}

/** Whether the fault acts on the stream of a tab. */
export function actsOnStream(fault: Fault): boolean {
  return isOnStream(kindNamed(fault.kind));
}

export function isOnStream(kind: AnyKind): boolean {
  return 'onStream' in kind && kind.onStream === true;
}

/** Resolves once the fault applies. */
export function inflictFault(fault: TimedFault, targets: FaultTargets): Promise<AppliedFault> {
  return timedKind(fault).inflict(fault, targets);
}

/** The fault in the form that gateway and edge need: its effect on a request, and its fields in the history. */
export function claimOf(fault: RequestFault): {
  kind: string;
  details: Readonly<Record<string, unknown>>;
  inflict: RequestEffect;
} {
  const kind = requestKind(fault);
  const { kind: name, match, ...fields } = fault;
  const place = 'at' in match && match.at === 'edge' ? { at: match.at } : {};
  return {
    kind: name,
    details: { ...place, ...fields, effect: kind.describeEffect(fields) },
    inflict: (passage) => kind.inflict(fault, passage),
  };
}

/** @throws Error for a name that no kind has */
export function timedKind(fault: TimedFault): TimedKind {
  return kindNamed(fault.kind) as TimedKind;
}

export function requestKind(fault: RequestFault): RequestKind {
  return kindNamed(fault.kind) as RequestKind;
}

/** The name of the deviation that a fault is, by which a search allows, counts and prints it. */
export function deviationOf(fault: Fault): FaultDeviation {
  const kind = kindNamed(fault.kind);
  return (kind.deviationOf?.(fault as never) ?? kind.kind) as FaultDeviation;
}

/**
 * Checks a fault outside of a plan, and fills in its defaults.
 * @throws UsageError naming the field that is wrong
 */
export function parseFault(input: unknown): Fault {
  const result = Fault.safeParse(input);
  if (result.success) return result.data;
  const what = describeIssue(firstOf(result.error.issues), 'fault');
  throw new UsageError('fault-invalid', `the fault is not valid: ${what}`, 'docs/PLAN.md describes every kind');
}

export function isRequestKind(kind: AnyKind): kind is RequestKind {
  return 'describeEffect' in kind;
}

interface MatchedRequest {
  at: string;
  actor: string | undefined;
  method: string;
}

/** Whether the fault matches a request, apart from `nth`. */
export function claims(fault: RequestFault, request: MatchedRequest): boolean {
  return isFor(fault, request) && (fault.match.method ?? request.method) === request.method;
}

/** Whether a request is of the actor of a fault, and at its place. */
export function isFor({ match }: RequestFault, request: Omit<MatchedRequest, 'method'>): boolean {
  const at = ('at' in match ? match.at : undefined) ?? 'gateway';
  return match.actor === request.actor && at === request.at;
}

/** The capability of the backend that a fault needs, if any. */
export function capabilityFor(fault: Fault): Capability | undefined {
  if (!isRequestFault(fault)) return timedKind(fault).needs(fault);
  return 'at' in fault.match && fault.match.at === 'edge' ? undefined : 'http-faults';
}

/** The capability of the subject that the faults of this deviation need, if any. */
export function subjectCapabilityFor(deviation: string): SubjectCapability | undefined {
  return faultKinds.find(({ draw = {} }) => Object.hasOwn(draw, deviation))?.subjectNeeds;
}

/** Whether faults of the kind have a field of this name. */
export function hasField({ fields }: AnyKind, name: string): boolean {
  const schemas = fields instanceof z.ZodDiscriminatedUnion ? fields.options : [fields];
  return schemas.some((schema) => schema instanceof z.ZodObject && name in schema.shape);
}
