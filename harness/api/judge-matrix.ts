/** Runs every scenario against every subject, and compares each verdict with what the subject declares. */
import type { Validity } from '../checker/verdict.ts';
import { isUsageError, UsageError } from '../errors.ts';
import type { Backend } from '../port/backend.ts';
import type { MatrixResults } from '../port/matrix.ts';
import type { Subject } from '../port/subject.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';
import type { ShardDivider } from '../runner/divide-titles.ts';
import { connectionMissing } from '../runner/requirements.ts';
import { backendOf } from './chosen-backend.ts';
import { MatrixColumn, matrixOf, withBaseline } from './matrix-results.ts';
import { openGate } from './open-gate.ts';
import { openDivider, openJournal } from './open-shard.ts';
import { openProject } from './project.ts';
import { eitherSignal, runProject, settingsOf, type RunScenariosOptions } from './run-scenarios.ts';
import { requireWholeNumbers } from './whole-numbers.ts';

export interface MatrixOptions extends Omit<
  RunScenariosOptions,
  'subject' | 'reporter' | 'regressions' | 'onUnsupported'
> {
  /** The applications: names, paths of files, or values. Default: all subjects of the project that the backend can run. */
  subjects?: readonly (string | Subject)[];
}

/** @throws RatchetError if the input is bad, or a run cannot start */
export async function judgeMatrix({ subjects, ...options }: MatrixOptions = {}): Promise<MatrixResults> {
  requireWholeNumbers(options);
  const { folder = process.cwd(), properties } = options;
  const catalogue = await openCatalogue(folder);
  const { projectFolder } = catalogue;
  const { chosen, leftOut } =
    subjects === undefined ? await possibleOf(catalogue, await backendOf(options)) : { chosen: subjects, leftOut: [] };
  if (chosen.length === 0) throw noSubjects(leftOut);
  const isAll = options.shard === undefined;
  const around = { projectFolder, workingFolder: folder, isWhole: isAll, countsExpected: false, properties };
  const gate = openGate(options, around);
  const divider = openDivider(options, folder);
  const names = chosen.map((subject) => (typeof subject === 'string' ? subject : subject.name));
  const journal = openJournal('matrix', options, settingsOf(options, { subjects: names, leftOut }), folder);
  const signal = eitherSignal(options.signal, gate.signal);
  const columns: MatrixColumn[] = [];
  for (const [at, subject] of chosen.entries()) {
    if (signal.aborted) break;
    const which = chosen.length > 1 ? `subject ${at + 1} of ${chosen.length}, ` : '';
    const onProgress = (message: string): void => options.onProgress?.(which + message);
    const column = new MatrixColumn();
    // The journal ends with the last subject.
    const kept = journal === undefined ? column : { ...journal.attach(column), end: column.end.bind(column) };
    const reporter = gate.attach(kept);
    columns.push(column);
    try {
      await runColumn(subject, { ...options, reporter, signal, onProgress }, divider);
    } catch (error) {
      // What the other subjects show is not lost because of one that does not start.
      if (column.error === undefined || isUsageError(error) || chosen.length === 1) throw error;
    }
  }
  const stopped = columns.filter(({ error }) => error !== undefined);
  if (stopped.length === chosen.length && columns.every(({ cells }) => cells.length === 0)) throw stopped[0]?.error;
  const isWhole = columns.length === chosen.length && stopped.length === 0 && !gate.isWaiting;
  const judged = matrixOf(columns, isWhole);
  const results = withBaseline({ ...judged, leftOut: [...leftOut, ...judged.leftOut] }, isWhole, gate);
  journal?.end(results.valid, results.durationMs);
  gate.update();
  return results;
}

/** The subjects of a project that the backend can run, and why it cannot run the others. */
async function possibleOf(
  { subjectNames, loadSubject }: Catalogue,
  backend: Backend,
): Promise<{ chosen: string[]; leftOut: MatrixResults['leftOut'] }> {
  const reasons = await Promise.all(
    subjectNames.map(async (subject) => ({
      subject,
      reason: connectionMissing(backend, await loadSubject(subject))?.message,
    })),
  );
  return {
    chosen: reasons.flatMap(({ subject, reason }) => (reason === undefined ? [subject] : [])),
    leftOut: reasons.flatMap(({ subject, reason }) => (reason === undefined ? [] : [{ subject, reason }])),
  };
}

/** One subject under all scenarios. A named scenario that it cannot run is left out, too. */
async function runColumn(
  subject: string | Subject,
  options: RunScenariosOptions,
  divider: ShardDivider | undefined,
): Promise<Validity> {
  const project = await openProject({ ...options, subject });
  return runProject(project, { ...options, regressions: false, onUnsupported: 'leave-out' }, divider);
}

function noSubjects([first]: MatrixResults['leftOut']): UsageError {
  const hint = 'name them with --subject, or their folders as `subjects` in ratchet.config.ts';
  const why = first === undefined ? '' : `: ${first.reason}`;
  return new UsageError('subject-missing', `there are no subjects to compare${why}`, hint);
}
