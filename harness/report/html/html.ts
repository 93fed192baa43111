/** The reporter that writes a page: one file that needs no network. What was judged is written as it comes. */
import { createHash } from 'node:crypto';
import type { Validity } from '../../checker/verdict.ts';
import type { BaselineSummary } from '../../port/baseline.ts';
import type {
  JudgedExploration,
  JudgedRun,
  Reporter,
  ReporterOptions,
  RunTitle,
  VerbEnd,
  VerbStart,
} from '../../port/reporter.ts';
import { describeSearch } from '../explored.ts';
import { describeJudged, isSurprise } from '../expected-words.ts';
import { plainPalette } from '../palette.ts';
import { printable, printableData } from '../printable.ts';
import { describeBaseline, describeTotal, describeVanished, type Judged } from '../summary.ts';
import { Titles } from '../title.ts';
import { loadPageBundle, type PageBundle } from './page-bundle.ts';
import { OVERVIEW_ID, runId, type OverviewData, type OverviewRow } from './page-data.ts';
import { runData } from './run-data.ts';

export async function createHtmlReporter({ output }: ReporterOptions): Promise<Reporter> {
  return new HtmlReporter(output, await loadPageBundle());
}

class HtmlReporter implements Reporter {
  readonly #output: ReporterOptions['output'];
  readonly #bundle: PageBundle;
  readonly #rows: OverviewRow[] = [];
  readonly #judged: Judged[] = [];
  #start: VerbStart = { verb: 'run', titles: [], leftOut: [], defaults: {} };
  #titles = new Titles(this.#start);
  #runs = 0;

  constructor(output: ReporterOptions['output'], bundle: PageBundle) {
    this.#output = output;
    this.#bundle = bundle;
  }

  begin(start: VerbStart): void {
    this.#start = start;
    this.#titles = new Titles(start);
    this.#output.write(headOf(`ratchet ${start.verb}`, this.#bundle));
  }

  ran(run: JudgedRun): void {
    this.#count(run);
    this.#addRun(run, this.#nameOf(run));
  }

  explored(exploration: JudgedExploration): void {
    this.#count(exploration);
    const lines = describeSearch(exploration, plainPalette).map((line) => line.trim());
    const { elapsedMs: durationMs, found } = exploration;
    const headline = lines.join('; ');
    this.#rows.push({ ...this.#rowOf(exploration, durationMs), run: undefined, headline: printable(headline) });
    for (const run of found?.runs ?? [])
      this.#addRun({ ...run, scenario: exploration.scenario ?? 'found plan' }, `${this.#nameOf(run)}, found plan`);
  }

  end({ valid, durationMs, error, baseline }: VerbEnd): void {
    const { verb, titles, leftOut } = this.#start;
    const notRun = titles.slice(this.#judged.length).map((title) => this.#nameOf(title));
    const overview: OverviewData = {
      page: 1,
      verb,
      valid,
      durationMs,
      counts: describeTotal(this.#judged, this.#start),
      baseline: baseline === undefined ? [] : baselineLines(baseline),
      error: error === undefined ? undefined : printable(error.message),
      rows: this.#rows,
      leftOut: leftOut.map(({ title, reason }) => ({ name: this.#nameOf(title), reason: printable(reason) })),
      notRun,
    };
    this.#output.write(dataElement(OVERVIEW_ID, overview));
    this.#output.write(`<script>${this.#bundle.script}</script>\n</body>\n</html>\n`);
  }

  /** Without the history, which would stay in memory. */
  #count({ valid, expected, baseline, attempts }: Judged): void {
    this.#judged.push({ valid, expected, baseline, attempts });
  }

  #addRun(run: JudgedRun, name: string): void {
    const data = runData(run, name);
    const headline = data.stories[0]?.sentence ?? data.notes[0] ?? unknownReason(data.properties);
    this.#rows.push({ ...this.#rowOf(run, run.durationMs), run: this.#runs, name, headline });
    this.#output.write(dataElement(runId(this.#runs), data));
    this.#runs += 1;
  }

  #rowOf(judged: JudgedRun | JudgedExploration, durationMs: number): Omit<OverviewRow, 'run' | 'headline'> {
    const { scenario = '', subject = '', backend, seed, file, valid, expected } = judged;
    const where = [backend, seed === undefined ? undefined : `seed ${seed}`].filter((part) => part !== undefined);
    return printableData({
      name: this.#nameOf(judged),
      scenario: scenario === '' ? (file ?? '') : scenario,
      subject,
      where: where.join(', '),
      valid,
      isSurprise: isSurprise(valid, expected),
      words: describeJudged(judged),
      durationMs,
    });
  }

  #nameOf(title: RunTitle): string {
    return printable(this.#titles.nameOf(title));
  }
}

function baselineLines(baseline: BaselineSummary): string[] {
  return [describeBaseline(baseline), ...baseline.vanished.map(describeVanished)].map((line) => printable(line));
}

function unknownReason(properties: readonly { valid: Validity; text: string }[]): string {
  return properties.find(({ valid }) => valid === 'unknown')?.text ?? '';
}

/** Only the program of the page runs: a script in the data would not have its hash. Nothing is loaded. */
function headOf(title: string, { script, style }: PageBundle): string {
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main id="main"><p>Reading the report … If nothing follows, the command that wrote it did not end.</p></main>
<noscript><p>This report needs JavaScript.</p></noscript>
`;
}

/** Without `<`, no text in it can end the element or begin a comment. */
function dataElement(id: string, data: unknown): string {
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
  return `<script type="application/json" id="${id}">${json}</script>\n`;
}
