/** The stories of a plan, the generations that write their progress, and the tabs that watch them, written as calls. */
import type { MomentInput } from '../moment.ts';
import type { GenerationInput, ObserverInput } from '../plan.ts';
import type { Version } from '../../faults/fault.ts';
import { after, type EventMoment } from './moment-builder.ts';

/** A generation of a plan; one without a `worker` gets a name from `plan`. */
export interface GenerationPart extends Omit<GenerationInput, 'worker'> {
  worker?: string;
}

export interface TimedStep {
  /** In percent. */
  progress: number;
  /** How many milliseconds the slow part takes before this progress is written; as `everyMs` of the generation says. */
  afterMs?: number;
  /** A moment to wait for, after that. */
  when?: MomentInput;
}

/** A progress in percent, or a progress with its own time. */
export type Step = number | TimedStep;

/** Beside these, `instance`, `start` and `outcome` are as docs/PLAN.md describes them. */
export interface GenerationOptions extends Omit<GenerationPart, 'story' | 'steps'> {
  /** How many milliseconds each step takes, or what draws it, step by step; 100. */
  everyMs?: number | (() => number);
}

/** Beside these, `instance`, `start`, `polling`, `expects` and `display` are as docs/PLAN.md describes them. */
export interface PollOptions extends Omit<ObserverInput, 'session' | 'story' | 'every_ms'> {
  /** Milliseconds between two polls. */
  everyMs: number;
}

const EVERY_MS = 100;

/** A story whose progress is written by its generations, which count from 1, and watched by tabs. */
export class Story {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** A generation: what it writes step by step, and at the end how it goes about it. */
  runs(...steps: Step[]): GenerationPart;
  runs(...stepsAndOptions: [...Step[], GenerationOptions]): GenerationPart;
  runs(...parts: (Step | GenerationOptions)[]): GenerationPart {
    const { everyMs = EVERY_MS, ...rest } = parts.find(isOptions) ?? {};
    const pace = typeof everyMs === 'number' ? () => everyMs : everyMs;
    const steps = parts.filter((part) => !isOptions(part)) as Step[];
    return { ...rest, story: this.name, steps: steps.map((step) => stepOf(step, pace)) };
  }

  /** The version that the first generation writes with this progress, in percent. */
  at(progress: number): Version {
    return this.generation(1).at(progress);
  }

  /** A later generation: `story.generation(2).at(10)`; 0 is what it is at when it has just begun. */
  generation(number: number): { at(progress: number): Version } {
    return { at: (progress) => ({ key: this.name, generation: number, progress }) };
  }
}

/** A tab that watches stories. */
export class Tab {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** An observer: this tab polls the status of the story. */
  polls(story: Story, { everyMs, ...rest }: PollOptions): ObserverInput {
    return { session: this.name, story: story.name, every_ms: everyMs, ...rest };
  }

  /** When this tab is shown a version, or a progress in percent of any generation. */
  sees(what: number | Version): EventMoment {
    const version = typeof what === 'number' ? { progress: what } : what;
    return after({ f: 'show', session: this.name, ...version });
  }

  /** When this tab has sent so many polls, from the beginning of the run. */
  asks(times = 1): EventMoment {
    return after(...repeat(times, { f: 'read', type: 'invoke', session: this.name } as const));
  }

  /** When this tab has received so many answers with a progress, from the beginning of the run. */
  answers(times = 1): EventMoment {
    return after(...repeat(times, { f: 'read', type: 'ok', session: this.name } as const));
  }
}

function stepOf(step: Step, pace: () => number): GenerationPart['steps'][number] {
  const { progress, afterMs = pace(), when } = typeof step === 'number' ? { progress: step } : step;
  return { progress, after_ms: afterMs, ...(when === undefined ? {} : { when }) };
}

function isOptions(part: Step | GenerationOptions): part is GenerationOptions {
  return typeof part === 'object' && !('progress' in part);
}

function repeat<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}
