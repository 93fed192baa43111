/** The public API for scenarios, fixtures and users. Other modules of the harness are internal. */
export { check, explore, replay, run, type CheckResults, type ExploreResults, type RunResults } from './api/verbs.ts';
export type { CheckFilesOptions } from './api/check-files.ts';
export type { ExploreRangesOptions } from './api/explore-ranges.ts';
export type { RunningOptions, RunScenariosOptions } from './api/run-scenarios.ts';
export { EnvironmentError, RatchetError, UsageError } from './errors.ts';
export type { TrackedTable } from './port/backend.ts';
export type { DatabaseModel, FunctionModel, Row, TableModel, Transaction } from './port/model.ts';
export type { History, HistoryEvent, HistoryHeader, ProgressValue, Value } from './history/event.ts';
export {
  aReplica,
  aStory,
  aTab,
  after,
  at,
  began,
  committed,
  ended,
  fault,
  plan,
  type EventMoment,
  type FaultPart,
  type PlanParts,
  type PollOptions,
  type Replica,
  type GenerationPart,
  type GenerationOptions,
  type Span,
  type Step,
  type TimedStep,
  type Story,
  type Tab,
} from './plan/builders/builders.ts';
export type { MomentInput as Moment } from './plan/moment.ts';
export type { Plan, PlanInput } from './plan/plan.ts';
export type { Range } from './plan/range.ts';
export type { Exploration, Parameter, Parameters, PlanBody, PlanOptions, Scenario } from './plan/scenario.ts';
export type {
  ConfirmingRun,
  CreateReporter,
  FoundPlan,
  JudgedExploration,
  JudgedRun,
  Output,
  Reporter,
  ReporterOptions,
  RunTitle,
  VerbEnd,
  VerbStart,
} from './port/reporter.ts';
export { defineConfig, type RatchetConfig } from './define/define-config.ts';
export { defineScenario } from './define/define-scenario.ts';
export { defineSubject } from './define/define-subject.ts';
export { commandSubject, type CommandSubjectOptions } from './subject/command.ts';
export { modulesSubject, type LoadModule, type ModulesSubjectOptions } from './subject/modules.ts';
export { urlSubject, type UrlSubjectOptions } from './subject/url.ts';
export type {
  AppInstance,
  Display,
  DisplayPolicy,
  FrontEnd,
  GenerationJob,
  ObservedProgress,
  SeenProgress,
  Subject,
  SubjectEnvironment,
  Withstands,
} from './port/subject.ts';
