/** The reporter for pages that render Markdown, e.g. the summary of a CI job: a table, and each counterexample. */
import type { JudgedExploration, JudgedRun, Reporter, ReporterOptions, VerbEnd, VerbStart } from '../port/reporter.ts';
import { describeExploration } from './explored.ts';
import { describeJudged, isKnown, isSurprise } from './expected-words.ts';
import { plainPalette } from './palette.ts';
import { withPrintable } from './printable-reporter.ts';
import { describeBody, describeDuration } from './run-text.ts';
import { describeBaseline, describeTotal, describeVanished, type Judged } from './summary.ts';
import { Titles } from './title.ts';
import { validityMark } from './verdict-text.ts';

/** Rows of the table, those that passed last, and counterexamples: a summary of GitHub holds 1 MiB. */
const ROWS_MAX = 200;
const DETAILS_MAX = 20;
const DETAIL_LENGTH_MAX = 20_000;

export function createMarkdownReporter({ output, isVerbose }: ReporterOptions): Reporter {
  return withPrintable(new MarkdownReporter(output, isVerbose));
}

interface Row extends Judged {
  name: string;
  words: string;
  durationMs: number;
  why: string;
}

class MarkdownReporter implements Reporter {
  readonly #output: ReporterOptions['output'];
  readonly #isVerbose: boolean;
  readonly #rows: Row[] = [];
  readonly #details: { name: string; blocks: readonly string[] }[] = [];
  #start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  #titles = new Titles(this.#start);

  constructor(output: ReporterOptions['output'], isVerbose: boolean) {
    this.#output = output;
    this.#isVerbose = isVerbose;
  }

  begin(start: VerbStart): void {
    this.#start = start;
    this.#titles = new Titles(start);
  }

  async ran(run: JudgedRun): Promise<void> {
    const violated = run.verdicts.filter(({ valid }) => valid === false).map(({ property }) => property);
    const name = this.#add(run, run.durationMs, violated.join(', '));
    if (!this.#isDetailed(run)) return;
    const text = (await bodyOf(run, this.#isVerbose)).join('\n');
    this.#details.push({ name, blocks: [text, ...(run.valid === false ? await drawingOf(run) : [])] });
  }

  async explored(exploration: JudgedExploration): Promise<void> {
    const name = this.#add(exploration, exploration.elapsedMs, exploration.found?.failing.what ?? '');
    if (!this.#isDetailed(exploration)) return;
    const lines = await describeExploration(exploration, plainPalette, this.#isVerbose);
    const violated = exploration.found?.runs.findLast(({ valid }) => valid === false);
    const drawing = violated === undefined ? [] : await drawingOf(violated);
    this.#details.push({ name, blocks: [lines.join('\n'), ...drawing] });
  }

  end({ durationMs, error, baseline }: VerbEnd): void {
    const { verb, leftOut } = this.#start;
    const counts = describeTotal(this.#rows, this.#start);
    const parts = [
      `## ratchet ${verb}: ${counts === '' ? 'nothing judged' : counts}`,
      ...(error === undefined ? [] : [`**stopped:** ${inline(error.message)}`]),
      ...(baseline === undefined ? [] : [inline(describeBaseline(baseline))]),
      ...(baseline?.vanished ?? []).map((each) => `- ${inline(describeVanished(each))}`),
      ...tableOf(this.#rows),
      ...this.#details.flatMap(({ name, blocks }) => [`### ${inline(name)}`, ...blocks.map(fenced)]),
      ...leftOut.map(({ title, reason }) => `- ${inline(this.#titles.nameOf(title))} left out: ${inline(reason)}`),
      describeDuration(durationMs),
    ];
    this.#output.write(`${parts.join('\n\n')}\n`);
  }

  /** @returns the name of what was judged */
  #add(judged: JudgedRun | JudgedExploration, durationMs: number, why: string): string {
    const name = this.#titles.nameOf(judged);
    const { valid, expected, baseline, attempts }: Judged = judged;
    this.#rows.push({ name, valid, expected, baseline, attempts, words: describeJudged(judged), durationMs, why });
    return name;
  }

  #isDetailed(judged: JudgedRun | JudgedExploration): boolean {
    const { valid, expected } = judged;
    if (this.#details.length >= DETAILS_MAX || (isKnown(judged) && !this.#isVerbose)) return false;
    return valid !== true || isSurprise(valid, expected) || this.#isVerbose;
  }
}

function bodyOf(run: JudgedRun, showsEach: boolean): Promise<string[]> {
  return describeBody(run, {
    palette: plainPalette,
    showsLines: run.log !== undefined,
    showsPlan: run.file === undefined,
    showsEach,
  });
}

/** What was shown over time, in characters: a summary of GitHub shows no SVG but from an address that it can load. */
async function drawingOf({ history, verdicts }: JudgedRun): Promise<string[]> {
  const { describeTimelineText } = await import('./timeline-text.ts');
  const lines = describeTimelineText(history, verdicts);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function tableOf(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const sorted = [...rows.filter(({ valid }) => valid !== true), ...rows.filter(({ valid }) => valid === true)];
  const lines = sorted.slice(0, ROWS_MAX).map(({ valid, name, words, durationMs, why }) => {
    return `| ${validityMark(valid, plainPalette)} ${inline(words)} | ${inline(name)} | ${describeDuration(durationMs)} | ${inline(why)} |`;
  });
  const rest = rows.length - lines.length;
  const table = ['| verdict | what | time | violated |', '|---|---|---|---|', ...lines].join('\n');
  return rest === 0 ? [table] : [table, `… and ${rest} more`];
}

/** Text that means nothing in Markdown: no markup, no HTML, no cell, no mention, no link. */
export function inline(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>]/g, String.raw`\$&`)
    .replaceAll(/@(?=\w)/g, '@<!-- -->')
    .replaceAll('://', ':&#47;/');
}

/** A block of code that no line of the text ends. */
export function fenced(text: string): string {
  const shown = text.length > DETAIL_LENGTH_MAX ? `${text.slice(0, DETAIL_LENGTH_MAX)}\n…` : text;
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${shown}\n${fence}`;
}
