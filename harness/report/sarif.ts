/** The reporter for code scanning: SARIF 2.1.0. A property is a rule, a violation is a result. */
import type { PropertyName } from '../checker/properties.ts';
import type { KnownViolation } from '../port/baseline.ts';
import type {
  JudgedExploration,
  JudgedRun,
  Reporter,
  ReporterOptions,
  RunTitle,
  VerbEnd,
  VerbStart,
} from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import { describeAttempts } from './expected-words.ts';
import { printableJson } from './printable.ts';
import { withPrintable } from './printable-reporter.ts';
import { storiesOf, type RunStory } from './run-stories.ts';
import { sourceFile } from './source-file.ts';
import { describeVanished } from './summary.ts';
import { Titles } from './title.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** What each property promises, as in `docs/HISTORY.md`. */
const PROMISES: Readonly<Record<PropertyName, string>> = {
  'monotonic-view': 'What a session is shown never goes backwards.',
  'monotonic-reads': 'A read that begins after another of its session has completed returns no smaller value.',
  'read-your-writes': 'A read that begins after a write of its own session returns no smaller value.',
  'monotonic-commits': 'Committed versions never go backwards.',
  'writes-follow-reads': 'A write that begins after its session has read a value is committed after that value.',
  integrity: 'Every value that is read or shown has been written.',
  completion: 'The end of a generation that a worker was told of stays.',
  ownership: 'A worker writes only the generation that it has started.',
  linearizable: 'Each key is an atomic register.',
  convergence: 'Every session that watches is shown the last value in the end.',
  staleness: 'No read is further behind than the bound.',
  availability: 'The share of reads that are answered is not below the bound.',
};

interface SarifResult {
  ruleId: string;
  level: 'error' | 'note' | 'none';
  kind: 'fail' | 'open' | 'pass';
  /** With a baseline: `unchanged` is known, `absent` has vanished. */
  baselineState?: 'new' | 'unchanged' | 'absent';
  message: { text: string };
  locations?: { physicalLocation: { artifactLocation: { uri: string } } }[];
  partialFingerprints: Record<string, string>;
  properties: Record<string, unknown>;
}

export function createSarifReporter({ output }: ReporterOptions): Reporter {
  return withPrintable(new SarifReporter(output));
}

class SarifReporter implements Reporter {
  readonly #output: ReporterOptions['output'];
  readonly #results: SarifResult[] = [];
  #verb: VerbStart['verb'] = 'run';
  #titles = new Titles({ titles: [], defaults: {} });

  constructor(output: ReporterOptions['output']) {
    this.#output = output;
  }

  begin(start: VerbStart): void {
    this.#verb = start.verb;
    this.#titles = new Titles(start);
  }

  ran(run: JudgedRun): void {
    this.#add(run, run);
  }

  explored(exploration: JudgedExploration): void {
    const last = exploration.found?.runs.at(-1);
    const { baseline } = exploration;
    if (last !== undefined) this.#add(baseline === undefined ? last : { ...last, baseline }, exploration);
  }

  end({ valid, error, baseline }: VerbEnd): void {
    for (const each of baseline?.vanished ?? []) this.#results.push(absent(each));
    const invocation = {
      commandLine: `ratchet ${this.#verb}`,
      executionSuccessful: error === undefined && valid !== 'unknown',
      ...(error === undefined
        ? {}
        : { toolExecutionNotifications: [{ level: 'error', message: { text: error.message } }] }),
    };
    const log = {
      $schema: SCHEMA,
      version: '2.1.0',
      runs: [
        { tool: { driver: { name: 'Ratchet', rules: RULES } }, invocations: [invocation], results: this.#results },
      ],
    };
    this.#output.write(`${printableJson(JSON.stringify(log, undefined, 2))}\n`);
  }

  #add(run: JudgedRun, title: RunTitle): void {
    for (const story of storiesOf(run)) this.#results.push(violated(story, run, this.#titles.nameOf(title)));
    for (const { property, valid, reason = 'inconclusive' } of run.verdicts) {
      if (valid === 'unknown') this.#results.push(open(property, reason, run, this.#titles.nameOf(title)));
    }
  }
}

const RULES = Object.entries(PROMISES).map(([id, text]) => ({ id, name: id, shortDescription: { text } }));

/** The fingerprint has neither seed, time nor LSN, so that the same violation of another run is the same result. */
function violated({ property, sentence, lines, session, key }: RunStory, run: JudgedRun, name: string): SarifResult {
  const { scenario, subject, expected, replay, baseline, attempts } = run;
  const isKnown = baseline?.known.includes(property) === true;
  return {
    ruleId: property,
    level: expected === false || isKnown ? 'note' : 'error',
    kind: 'fail',
    ...(baseline === undefined ? {} : { baselineState: isKnown ? 'unchanged' : 'new' }),
    message: {
      text: [`${name}: ${sentence}`, ...lines, ...(replay === undefined ? [] : [`replay: ${replay}`])].join('\n'),
    },
    ...locationOf(run, property),
    partialFingerprints: { 'violation/v1': fingerprint(scenario, subject, property) },
    properties: {
      ...titleIn(run),
      session,
      key,
      ...(expected === undefined ? {} : { expected: expected ? 'held' : 'violated' }),
      ...(attempts === undefined ? {} : { attempts: describeAttempts(attempts) }),
    },
  };
}

/** It is not known whether the property holds. */
function open(property: string, reason: string, run: JudgedRun, name: string): SarifResult {
  const { scenario, subject } = run;
  return {
    ruleId: property,
    level: 'none',
    kind: 'open',
    message: { text: `${name}: inconclusive: ${reason}` },
    ...locationOf(run, property),
    partialFingerprints: { 'inconclusive/v1': fingerprint(scenario, subject, property) },
    properties: titleIn(run),
  };
}

/** A violation of the baseline that was not found again. */
function absent(known: KnownViolation): SarifResult {
  const { scenario, subject, property } = known;
  return {
    ruleId: property,
    level: 'none',
    kind: 'pass',
    baselineState: 'absent',
    message: { text: describeVanished(known) },
    partialFingerprints: { 'violation/v1': fingerprint(scenario, subject, property) },
    properties: { scenario, subject },
  };
}

function fingerprint(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('/');
}

function titleIn({ scenario, subject, backend, seed, file }: RunTitle): Record<string, unknown> {
  return { scenario, subject, backend, seed, file };
}

/** Code scanning needs a location: without a file of the application, it is the plan. */
function locationOf(run: JudgedRun, property: string): Pick<SarifResult, 'locations'> {
  const { planFile } = run;
  const file = sourceFile(run, property) ?? (planFile === undefined ? undefined : shortPath(planFile));
  if (file === undefined) return {};
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return { locations: [{ physicalLocation: { artifactLocation: { uri } } }] };
}
