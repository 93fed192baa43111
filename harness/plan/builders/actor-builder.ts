/** Builders for stories, the generations that write their progress, and the tabs that watch them. */
import type { MomentInput } from '../moment.ts';
import type { GenerationInput, ObserverInput } from '../plan.ts';
import type { Version } from '../../faults/fault.ts';
import { after, type EventMoment } from './moment-builder.ts';

/** A generation of a plan; without `worker`, `plan` assigns a name. */
export interface GenerationPart extends Omit<GenerationInput, 'worker'> {
  worker?: string;
}

export interface TimedStep {
  /** In percent. */
  progress: number;
  /** Duration of the slow part before this progress is written, in milliseconds. Default: `everyMs` of the generation. */
  afterMs?: number;
  /** A moment to wait for after `afterMs`. */
  when?: MomentInput;
}

/** A progress in percent, or a progress with its own duration. */
export type Step = number | TimedStep;

/** The options `instance`, `start` and `outcome` are those of docs/PLAN.md. */
export interface GenerationOptions extends Omit<GenerationPart, 'story' | 'steps'> {
  /** Duration of each step in milliseconds, or a function that returns it, called for each step. Default: 100. */
  everyMs?: number | (() => number);
}

/** The options `instance`, `start`, `polling`, `expects` and `display` are those of docs/PLAN.md. */
export interface PollOptions extends Omit<ObserverInput, 'session' | 'story' | 'every_ms'> {
  /** Milliseconds between two polls. */
  everyMs: number;
}

/** The options `instance`, `start`, `expects`, `display` and `settle_ms` are those of docs/PLAN.md. */
export interface StreamOptions extends Omit<ObserverInput, 'session' | 'story' | 'every_ms'> {
  /** Milliseconds between two polls of a channel or a page that polls. Default: 30000. */
  everyMs?: number;
}

const EVERY_MS_STREAM = 30_000;
const EVERY_MS = 100;

/** A story: its generations, numbered from 1, write its progress, and tabs watch it. */
export class Story {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** A generation that writes these steps; the options come last. */
  runs(...steps: Step[]): GenerationPart;
  runs(...stepsAndOptions: [...Step[], GenerationOptions]): GenerationPart;
  runs(...parts: (Step | GenerationOptions)[]): GenerationPart {
    const { everyMs = EVERY_MS, ...rest } = parts.find(isOptions) ?? {};
    const pace = typeof everyMs === 'number' ? () => everyMs : everyMs;
    const steps = parts.filter((part) => !isOptions(part)) as Step[];
    return { ...rest, story: this.name, steps: steps.map((step) => stepOf(step, pace)) };
  }

  /** The version of the first generation with this progress, in percent. */
  at(progress: number): Version {
    return this.generation(1).at(progress);
  }

  /** A generation by its number: `story.generation(2).at(10)`. A generation starts at progress 0. */
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

  /** An observer: this tab subscribes to the changes of the story; `poll+stream` polls besides. */
  streams(story: Story, { channel = 'stream', everyMs = EVERY_MS_STREAM, ...rest }: StreamOptions = {}): ObserverInput {
    return { session: this.name, story: story.name, channel, every_ms: everyMs, ...rest };
  }

  /** When this tab is pushed a progress in percent of any generation, by its stream. */
  isPushed(progress: number): EventMoment {
    return after({ f: 'receive', session: this.name, progress });
  }

  /** When this tab shows a version, or a progress in percent of any generation. */
  sees(what: number | Version): EventMoment {
    const version = typeof what === 'number' ? { progress: what } : what;
    return after({ f: 'show', session: this.name, ...version });
  }

  /** When this tab has sent this number of polls since the start of the run. */
  asks(times = 1): EventMoment {
    return after(...repeat(times, { f: 'read', type: 'invoke', session: this.name } as const));
  }

  /** When this tab has received this number of responses with a progress since the start of the run. */
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
