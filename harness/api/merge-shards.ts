/** Joins what shards have judged into what one command would have judged: verdicts, histories, reports. */
import { join, resolve } from 'node:path';
import type { BaselineGate } from '../baseline/baseline-gate.ts';
import { foldValidity, type Validity } from '../checker/verdict.ts';
import { EnvironmentError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { DURATIONS_NAME, writeDurations } from '../merge/durations-file.ts';
import { joinExplorations } from '../merge/join-explorations.ts';
import { readJournals, type ReadJournal } from '../merge/journal-file.ts';
import { restoreExploration, restoreRun } from '../merge/saved-judgement.ts';
import {
  describeMissing,
  isExplorationLine,
  isRunLine,
  mergeSections,
  requireOneCommand,
  type MergedSection,
} from '../merge/shard-set.ts';
import type { MatrixResults } from '../port/matrix.ts';
import type { JudgedExploration, JudgedRun, Reporter, RunTitle } from '../port/reporter.ts';
import { firstOf, itemAt } from '../required.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { MatrixColumn, matrixOf, withBaseline } from './matrix-results.ts';
import { openGate, throughGate, type GateOptions } from './open-gate.ts';

export interface MergeOptions extends Omit<GateOptions, 'maxFailures'> {
  /** The folder for the merged runs. Default: `merged`. */
  report?: string;
  /** The folder from which `ratchet.config.ts` is searched upwards. Default: the working directory. */
  folder?: string;
  /** Receives everything as if one command had judged it; not of a matrix. */
  reporter?: Reporter;
}

export interface MergeResults {
  /** The combined verdict; unknown if a shard is missing and nothing is violated. */
  valid: Validity;
  /** The shards that are missing or did not run to the end. */
  missing: Error | undefined;
  /** If a matrix was merged. */
  matrix?: MatrixResults;
}

export const DEFAULT_MERGED = 'merged';

/**
 * @param paths folders of reports of shards, or journals
 * @throws UsageError for a path without a journal, a broken journal, and shards of different commands
 */
export async function mergeShards(paths: readonly string[], options: MergeOptions = {}): Promise<MergeResults> {
  const { folder = process.cwd(), report = DEFAULT_MERGED } = options;
  const journals = paths.flatMap(readJournals).toSorted((a, b) => a.head.shard.number - b.head.shard.number);
  requireOneCommand(journals);
  const { verb, settings } = firstOf(journals).head;
  const { projectFolder } = await openCatalogue(folder);
  const properties = settings['properties'] as readonly string[] | undefined;
  const around = { projectFolder, workingFolder: folder, isWhole: true, countsExpected: verb !== 'matrix', properties };
  const gate = openGate(options, around);
  const merge = new Merge(journals, report);
  makeFolder(resolve(report));
  if (verb === 'matrix') return merge.matrix(gate);
  const valid = await throughGate(gate, options.reporter ?? {}, (reporter) => merge.report(verb, reporter));
  return { valid, missing: merge.missing };
}

class Merge {
  readonly #journals: readonly ReadJournal[];
  readonly #to: string;
  readonly #sections: readonly MergedSection[];
  readonly #durations: (RunTitle & { durationMs: number })[] = [];
  readonly missing: Error | undefined;

  constructor(journals: readonly ReadJournal[], to: string) {
    this.#journals = journals;
    this.#to = to;
    this.#sections = mergeSections(journals);
    const missing = describeMissing(journals);
    if (missing === undefined) return;
    const hint = 'what they would have judged is unknown: run them, and merge again';
    this.missing = new EnvironmentError('shard-missing', missing, hint);
  }

  /** Reports everything in the order of one command; what is missing last. */
  async report(verb: 'run' | 'explore', reporter: Reporter): Promise<Validity> {
    const validities: Validity[] = [];
    for (const section of this.#sections) {
      validities.push(...(await this.#reportSection(verb, section, reporter)));
    }
    if (this.missing !== undefined) validities.push('unknown');
    const valid = foldValidity(validities);
    this.#saveDurations();
    await reporter.end?.({ valid, durationMs: this.#durationMs(), error: this.missing });
    return valid;
  }

  async matrix(gate: BaselineGate): Promise<MergeResults> {
    const columns: MatrixColumn[] = [];
    for (const section of this.#sections) {
      const column = new MatrixColumn();
      await this.#reportSection('run', section, gate.attach(column));
      columns.push(column);
    }
    const isWhole = this.missing === undefined;
    const judged = matrixOf(columns, isWhole);
    const leftOut = [...leftOutOf(firstOf(this.#journals)), ...judged.leftOut];
    const merged = { ...judged, leftOut, durationMs: this.#durationMs() };
    const results = withBaseline(merged, isWhole, gate);
    this.#saveDurations();
    if (isWhole) gate.update();
    return { valid: results.baseline?.valid ?? results.valid, missing: this.missing, matrix: results };
  }

  async #reportSection(verb: 'run' | 'explore', section: MergedSection, reporter: Reporter): Promise<Validity[]> {
    const { leftOut, defaults, titles, items } = section;
    const judged = [...titles.keys()].filter((at) => itemAt(items, at).length > 0);
    const others = [...titles.keys()].filter((at) => itemAt(items, at).length === 0);
    const inOrder = [...judged, ...others].map((at) => itemAt(titles, at));
    const part = { number: 1, of: 1, titles: inOrder, mine: [...inOrder.keys()], plans: '' };
    await reporter.begin?.({ verb, titles: inOrder, leftOut, defaults, part });
    const validities: Validity[] = others.length === 0 ? [] : ['unknown'];
    for (const at of judged) {
      await reporter.starting?.(itemAt(titles, at));
      const one = this.#restore(itemAt(items, at));
      validities.push(one.valid);
      if ('history' in one) await reporter.ran?.(one);
      else await reporter.explored?.(one);
    }
    return validities;
  }

  #restore(items: MergedSection['items'][number]): JudgedRun | JudgedExploration {
    const { journal, item } = firstOf(items);
    if (isRunLine(item)) {
      const run = restoreRun(item, journal.report, this.#to);
      this.#durations.push(run);
      return run;
    }
    const parts = items.flatMap((each) =>
      isExplorationLine(each.item) ? [restoreExploration(each.item, each.journal.report, this.#to)] : [],
    );
    return joinExplorations(parts, parts.length === journal.head.shard.of);
  }

  #durationMs(): number {
    return this.#journals.reduce((sum, { end }) => sum + (end?.durationMs ?? 0), 0);
  }

  #saveDurations(): void {
    if (this.#durations.length > 0) writeDurations(join(this.#to, DURATIONS_NAME), this.#durations);
  }
}

/** The subjects that no shard of a matrix has run. */
function leftOutOf({ head }: ReadJournal): MatrixResults['leftOut'] {
  return (head.settings['leftOut'] ?? []) as MatrixResults['leftOut'];
}
