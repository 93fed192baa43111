/** The reporter for people: one line for a run that passed, all details of one that did not, a summary at the end. */
import type {
  JudgedExploration,
  JudgedRun,
  Reporter,
  ReporterOptions,
  RunTitle,
  ShardPart,
  VerbEnd,
  VerbStart,
} from '../port/reporter.ts';
import { plainPalette, terminalPalette, type Palette } from './palette.ts';
import { withPrintable } from './printable-reporter.ts';
import { describeLoad } from './load-text.ts';
import { storiesOf } from './run-stories.ts';
import { describeBody, describeDuration, describeHead } from './run-text.ts';
import { isKnown } from './expected-words.ts';
import { describeBaseline, describeCounts, describeTotal, describeVanished, type Judged } from './summary.ts';
import { Titles } from './title.ts';

export function createTextReporter(options: ReporterOptions): Reporter {
  return withPrintable(new TextReporter(options));
}

class TextReporter implements Reporter {
  readonly #output: ReporterOptions['output'];
  readonly #isVerbose: boolean;
  readonly #palette: Palette;
  readonly #judged: (Judged & { scenario: string | undefined })[] = [];
  #start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  #titles = new Titles(this.#start);
  #width = 0;
  #isBlankDue = false;

  constructor({ output, isVerbose }: ReporterOptions) {
    this.#output = output;
    this.#isVerbose = isVerbose;
    this.#palette = output.file === undefined ? terminalPalette : plainPalette;
  }

  begin(start: VerbStart): void {
    this.#start = start;
    this.#titles = new Titles(start);
    const all = [...start.titles, ...start.leftOut.map(({ title }) => title)];
    this.#width = Math.max(0, ...all.map((title) => this.#titles.wordsOf(title)[0]?.length ?? 0));
    const { part } = start;
    if (part !== undefined && part.of > 1) this.#print([describePart(part)]);
    for (const { title, reason } of start.leftOut) this.#print([`- ${this.#wordsOf(title)}  left out: ${reason}`]);
  }

  starting(title: RunTitle): void {
    if (this.#start.verb !== 'explore') return;
    const { scenario, subject, seed } = title;
    this.#print([this.#palette.bold(`${scenario} · ${subject} · seed ${seed}`)]);
  }

  async ran(run: JudgedRun): Promise<void> {
    this.#count(run);
    const palette = this.#palette;
    const isFile = run.file !== undefined;
    // For a single file, every property is printed.
    const isOnlyFile = isFile && this.#start.titles.length === 1;
    const isShort = run.valid === true && !this.#isVerbose && !isOnlyFile;
    const head = isOnlyFile ? [] : [describeHead(run, [this.#wordsOf(run)], { palette, isShort })];
    if (isShort) return this.#print([...head, ...(run.load === undefined ? [] : indented(describeLoad(run.load)))]);
    if (isKnown(run) && !this.#isVerbose) return this.#print([...head, ...indented(knownLines(run))]);
    const body = await describeBody(run, {
      palette,
      showsLines: isOnlyFile,
      // The plan of a load has every round.
      showsPlan: (this.#isVerbose || !isFile) && run.load === undefined,
      showsEach: this.#isVerbose || isOnlyFile,
      showsTimeline: this.#isVerbose,
    });
    this.#print([...head, ...(isOnlyFile ? body : indented(body))]);
    this.#isBlankDue = true;
  }

  async explored(exploration: JudgedExploration): Promise<void> {
    this.#count(exploration);
    const { describeExploration } = await import('./explored.ts');
    this.#print(await describeExploration(exploration, this.#palette, this.#isVerbose));
    this.#isBlankDue = true;
  }

  end({ durationMs, baseline }: VerbEnd): void {
    const { titles, leftOut } = this.#start;
    const vanished = (baseline?.vanished ?? []).map((each) => `- ${describeVanished(each)}`);
    const compared = baseline === undefined ? [] : [...vanished, describeBaseline(baseline)];
    const total = `${describeTotal(this.#judged, this.#start)}  ${this.#palette.dim(describeDuration(durationMs))}`;
    const counted =
      titles.length + leftOut.length <= 1 ? [] : [...this.#countsOfScenarios(), this.#palette.bold(total)];
    if (compared.length + counted.length === 0) return;
    this.#isBlankDue = true;
    this.#print([...compared, ...counted]);
  }

  /** Counts for each scenario that passed in some runs and not in others. */
  #countsOfScenarios(): string[] {
    const all = [...Map.groupBy(this.#judged, ({ scenario }) => scenario ?? '')];
    const groups = all.filter(([, judged]) => new Set(judged.map(({ valid }) => valid)).size > 1);
    if (all.length < 2 || groups.length === 0) return [];
    const width = Math.max(...groups.map(([scenario]) => scenario.length));
    return groups.map(([scenario, judged]) => `${scenario.padEnd(width)}  ${describeCounts(judged)}`);
  }

  #count({ valid, expected, scenario, baseline, attempts }: Judged & RunTitle): void {
    this.#judged.push({ valid, expected, scenario, baseline, attempts });
  }

  /** The words of a title; the first is padded to a column. */
  #wordsOf(title: RunTitle): string {
    const [first = '', ...rest] = this.#titles.wordsOf(title);
    return [first.padEnd(this.#width), ...rest].join('  ');
  }

  #print(lines: readonly string[]): void {
    const all = this.#isBlankDue ? ['', ...lines] : lines;
    this.#isBlankDue = false;
    this.#output.write(all.map((line) => `${line}\n`).join(''));
  }
}

function describePart({ number, of, mine, titles }: ShardPart): string {
  const shard = `shard ${number} of ${of}`;
  if (mine.length === 0) return `${shard}: nothing to run, since there are fewer runs than shards`;
  return mine.length === titles.length ? shard : `${shard}: ${mine.length} of ${titles.length} runs`;
}

/** The first sentence of each violation that the baseline has. */
function knownLines({ verdicts, history }: JudgedRun): string[] {
  const stories = storiesOf({ verdicts, history });
  return stories.map(({ property, sentence }) => `known: ${property}: ${sentence} (--verbose)`);
}

/** Indents all lines, also those of a stack within one string. */
function indented(lines: readonly string[]): string[] {
  return lines.map((line) => line.replaceAll(/^/gm, '  '));
}
