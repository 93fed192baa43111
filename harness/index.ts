/** The public API for scenarios, fixtures and users. Other modules of the harness are internal. */
export {
  check,
  explore,
  hunt,
  load,
  matrix,
  preflight,
  replay,
  run,
  type CheckResults,
  type ExploreResults,
  type RunResults,
} from './api/verbs.ts';
export type { CheckFilesOptions } from './api/check-files.ts';
export type { ExploreRangesOptions } from './api/explore-ranges.ts';
export type { LoadScenarioOptions } from './api/load-scenario.ts';
export type { HuntOptions } from './api/hunt-planted.ts';
export type { Hunt, HuntResults } from './port/hunt.ts';
export type { MatrixOptions } from './api/judge-matrix.ts';
export type { MatrixCell, MatrixResults, RunCosts } from './port/matrix.ts';
export type { PreflightOptions, PreflightResults } from './api/preflight-subject.ts';
export type { RunningOptions, RunScenariosOptions } from './api/run-scenarios.ts';
export type { Check, CheckName, FailedCheck, PassedCheck, Problem } from './preflight/connection-trial.ts';
export { EnvironmentError, RatchetError, UsageError } from './errors.ts';
export type { StatusWords, TrackedTable } from './port/backend.ts';
export type { ChangesOfStory, LivePage, LivePageTools, OpenLivePage } from './port/live-page.ts';
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
  type StreamOptions,
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
export type { BaselineMatch, BaselineSummary, KnownViolation } from './port/baseline.ts';
export type { Shard } from './port/shard.ts';
export type {
  AttemptCounts,
  ConfirmingRun,
  CreateReporter,
  ExhaustiveSearch,
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
export type {
  JsonCheckReport,
  JsonExploreReport,
  JsonRecord,
  JsonReport,
  JsonRunReport,
} from './report/json-report.ts';
export { defineConfig, type RatchetConfig } from './define/define-config.ts';
export { definePlanted, type PlantedBug, type PlantedBugs } from './define/define-planted.ts';
export { defineScenario } from './define/define-scenario.ts';
export { defineSubject, type ReadySubject } from './define/define-subject.ts';
export type { Application } from './subject/application.ts';
export { command, commandSubject, type CommandOptions, type CommandSubjectOptions } from './subject/command.ts';
export type { KeyChoice } from './subject/key-types.ts';
export { modules, modulesSubject, type LoadModule, type ModulesSubjectOptions } from './subject/modules.ts';
export type { AppFunctions } from './subject/route-modules.ts';
export type {
  ReadProgress,
  RouteChoice,
  RoutesDefinition,
  StartedStory,
  StartRoute,
  StatusRoute,
} from './subject/routes.ts';
export type { DatabaseDefinition, SubjectDefinition } from './subject/subject-definition.ts';
export { url, urlSubject, type UrlSubjectOptions } from './subject/url.ts';
export type { SessionChoice, SignedInUser } from './port/session.ts';
export type {
  AppInstance,
  Display,
  DisplayPolicy,
  FrontEnd,
  GenerationJob,
  Key,
  ObservedProgress,
  SeedData,
  SeenProgress,
  StoryKey,
  Subject,
  SubjectEnvironment,
  Withstands,
} from './port/subject.ts';
