/**
 * The reporter for GitHub Actions: an annotation for each violation and each inconclusive run, and the summary of the job
 * step in Markdown.
 */
import { appendFileSync } from 'node:fs';
import { EnvironmentError } from '../errors.ts';
import type {
  JudgedExploration,
  JudgedRun,
  Reporter,
  ReporterOptions,
  RunTitle,
  VerbEnd,
  VerbStart,
} from '../port/reporter.ts';
import { describeAttempts } from './expected-words.ts';
import { createMarkdownReporter } from './markdown.ts';
import { withPrintable } from './printable-reporter.ts';
import { storiesOf } from './run-stories.ts';
import { sourceFile } from './source-file.ts';
import { describeBaseline } from './summary.ts';
import { Titles } from './title.ts';

/** GitHub shows the first ten of a step; the summary has all. */
const ANNOTATIONS_MAX = 10;

export function createGithubReporter(options: ReporterOptions): Reporter {
  const annotations = withPrintable(new Annotations(options.output));
  const summary = createMarkdownReporter({ ...options, output: { write: appendToSummary, file: summaryFile() } });
  return {
    begin: async (start) => void (await Promise.all([annotations.begin?.(start), summary.begin?.(start)])),
    ran: async (run) => void (await Promise.all([annotations.ran?.(run), summary.ran?.(run)])),
    explored: async (found) => void (await Promise.all([annotations.explored?.(found), summary.explored?.(found)])),
    end: async (end) => void (await Promise.all([annotations.end?.(end), summary.end?.(end)])),
  };
}

function summaryFile(): string | undefined {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  return file === '' ? undefined : file;
}

/** Outside of GitHub Actions there is no summary. Commands of the same step append to one file. */
function appendToSummary(text: string): void {
  const file = summaryFile();
  if (file === undefined) return;
  try {
    appendFileSync(file, `${text}\n`);
  } catch (error) {
    const message = `GITHUB_STEP_SUMMARY: ${file} cannot be written: ${(error as Error).message}`;
    throw new EnvironmentError(
      'reporter-unwritable',
      message,
      'unset GITHUB_STEP_SUMMARY, or use a writable file',
      error,
    );
  }
}

class Annotations implements Reporter {
  readonly #output: ReporterOptions['output'];
  #titles = new Titles({ titles: [], defaults: {} });
  #count = 0;

  constructor(output: ReporterOptions['output']) {
    this.#output = output;
  }

  begin(start: VerbStart): void {
    this.#titles = new Titles(start);
  }

  ran(run: JudgedRun): void {
    this.#annotate(run, run);
  }

  explored(exploration: JudgedExploration): void {
    const last = exploration.found?.runs.at(-1);
    if (last !== undefined) this.#annotate({ ...last, ...matchOf(exploration) }, exploration);
    else if (exploration.valid === 'unknown') this.#warn(exploration, exploration.untestedReason ?? 'inconclusive');
  }

  /** A violation that has vanished is told once: the summary names each. */
  end({ baseline }: VerbEnd): void {
    if (baseline === undefined || baseline.vanished.length === 0) return;
    const command = baseline.valid === false && baseline.isStrict ? 'error' : 'notice';
    this.#write(command, { file: undefined, title: 'known violations have vanished' }, describeBaseline(baseline));
  }

  /** @param title names it: of a found plan, the exploration */
  #annotate(run: JudgedRun, title: RunTitle): void {
    for (const { property, sentence, lines } of storiesOf(run)) {
      const isKnown = run.baseline?.known.includes(property) === true;
      const told = run.attempts === undefined ? [] : [describeAttempts(run.attempts), ...run.attempts.differences];
      const message = [
        sentence,
        ...lines,
        ...told,
        ...(run.replay === undefined ? [] : [`replay: ${run.replay}`]),
      ].join('\n');
      this.#write(
        isKnown ? 'notice' : 'error',
        {
          file: sourceFile(run, property),
          title: `${isKnown ? 'known: ' : ''}${property}: ${this.#titles.nameOf(title)}`,
        },
        message,
      );
    }
    if (run.valid !== 'unknown') return;
    const reason = run.verdicts.find(({ valid }) => valid === 'unknown')?.reason;
    this.#warn(title, run.incomplete?.message ?? run.untested?.[0] ?? reason ?? 'inconclusive');
  }

  #warn(title: RunTitle, message: string): void {
    this.#write('warning', { file: undefined, title: `inconclusive: ${this.#titles.nameOf(title)}` }, message);
  }

  #write(
    command: 'error' | 'warning' | 'notice',
    { file, title }: { file: string | undefined; title: string },
    message: string,
  ): void {
    this.#count += 1;
    if (this.#count > ANNOTATIONS_MAX) return;
    const properties = [
      ...(file === undefined ? [] : [`file=${escapeProperty(file)}`]),
      `title=${escapeProperty(title)}`,
    ];
    this.#output.write(`::${command} ${properties.join(',')}::${escapeData(message)}\n`);
  }
}

/** How an exploration compares with the baseline, for the run of its plan. */
function matchOf({ baseline }: JudgedExploration): Pick<JudgedRun, 'baseline'> {
  return baseline === undefined ? {} : { baseline };
}

/** As the toolkit of GitHub Actions escapes what a command carries. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
