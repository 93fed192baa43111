/** Builders of plans: functions that return the JSON of docs/PLAN.md. */
import { Story, Tab } from './actor-builder.ts';
import { Replica } from './fault-builder.ts';

export type {
  PollOptions,
  StreamOptions,
  GenerationPart,
  GenerationOptions,
  Step,
  TimedStep,
  Story,
  Tab,
} from './actor-builder.ts';
export { fault, type FaultPart, type Replica, type Span } from './fault-builder.ts';
export { after, at, began, committed, ended, type EventMoment } from './moment-builder.ts';
export { plan, type PlanParts } from './plan-builder.ts';

/** @param name lower-case letters, digits and dashes: the key of its row */
export function aStory(name: string): Story {
  return new Story(name);
}

/** @param name lower-case letters, digits and dashes: the name of its session */
export function aTab(name: string): Tab {
  return new Tab(name);
}

/** @param number from 1 to the number of replicas of the plan */
export function aReplica(number: number): Replica {
  return new Replica(number);
}
