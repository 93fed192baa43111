/** Runs one or more plans, prints each report, and sums them up. */
import { relative } from 'node:path';
import { exitCodeOf } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { describePlan } from '../report/plan-text.ts';
import { formatVerdicts, validityMark } from '../report/text.ts';
import { execute, verdictFile, type RunReport } from '../runner/execute.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { requireSupport } from '../runner/requirements.ts';
import type { Subject } from '../port/subject.ts';
import type { RunFlags } from './options.ts';
import { describeError, palette, print, progress } from './terminal.ts';

/** A run to be made. */
export interface Task {
  plan: Plan;
  expected: boolean | undefined;
}

/** @returns the exit code: false if any verdict is, else unknown if any is, else true */
export async function runTasks(
  tasks: readonly Task[],
  subject: Subject,
  flags: RunFlags,
  signal: AbortSignal,
): Promise<number> {
  const backend = await loadBackend(flags.backend);
  for (const { plan } of tasks) requireSupport(plan, backend, subject);
  const reports: RunReport[] = [];
  for (const [at, { plan, expected }] of tasks.entries()) {
    if (signal.aborted) break;
    const title = `${plan.scenario} · ${subject.name} · ${flags.backend} · seed ${plan.seed}`;
    const which = tasks.length > 1 ? `run ${at + 1} of ${tasks.length}: ` : '';
    if (flags.format === 'text')
      print([palette.bold(title), ...describePlan(plan).map((line) => palette.dim(`  ${line}`))].join('\n'));
    const report = await execute({
      plan,
      subject,
      backend,
      expected,
      reportRoot: flags.report,
      ownsTarget: flags.iOwnThisTarget ?? false,
      onProgress: (message) => progress(`${which}${title}  ${message}`),
      signal,
    });
    reports.push(report);
    if (flags.format === 'text') print(formatReport(report, flags));
  }
  if (flags.format === 'json')
    print(JSON.stringify({ valid: combined(reports), runs: reports.map(verdictFile) }, undefined, 2));
  else if (tasks.length > 1) print(formatSummary(reports));
  return exitCodeOf(combined(reports));
}

function combined(reports: readonly RunReport[]): boolean | 'unknown' {
  if (reports.some((report) => report.valid === false)) return false;
  return reports.length === 0 || reports.some((report) => report.valid === 'unknown') ? 'unknown' : true;
}

export function formatReport(report: RunReport, flags: Pick<RunFlags, 'subject'>): string {
  const lines = [formatVerdicts(report.history, report.verdicts, palette)];
  for (const note of report.notes) lines.push(`  note:    ${note}`);
  if (report.incomplete !== undefined) lines.push(`  stopped: ${describeError(report.incomplete)}`);
  lines.push(`  history: ${shortPath(report.historyFile)}`);
  if (report.valid !== true) lines.push(`  replay:  ${replayCommand(report, flags)}`);
  lines.push(`  verdict: ${describeVerdict(report)}`, '');
  return lines.join('\n');
}

function describeVerdict({ valid, expected, subject, scenario }: RunReport): string {
  const words = valid === true ? `${subject} holds` : valid === false ? `${subject} does not hold` : 'unknown';
  if (expected === undefined || valid === 'unknown') return words;
  return valid === expected
    ? `${words}, as ${scenario} expects of it`
    : palette.yellow(`${words}, though ${scenario} expects otherwise`);
}

/** The command that runs the same plan again, to be pasted where this one was typed. */
export function replayCommand(
  report: Pick<RunReport, 'subject' | 'planFile' | 'backend'>,
  flags: Pick<RunFlags, 'subject'>,
): string {
  const subject = flags.subject ?? report.subject;
  return `ratchet replay ${shortPath(report.planFile)} --subject ${subject} --backend ${report.backend}`;
}

function formatSummary(reports: readonly RunReport[]): string {
  const groups = Map.groupBy(reports, (report) => report.scenario);
  const width = Math.max(...[...groups.keys()].map((name) => name.length));
  const rows = [...groups].map(([scenario, group]) => {
    const counts = ([true, false, 'unknown'] as const)
      .map((valid) => [valid, group.filter((report) => report.valid === valid).length] as const)
      .filter(([, number]) => number > 0)
      .map(
        ([valid, number]) =>
          `${validityMark(valid, palette)} ${number} ${valid === true ? 'held' : valid === false ? 'did not hold' : 'unknown'}`,
      );
    const surprises = group.filter(
      (report) => report.expected !== undefined && report.valid !== report.expected,
    ).length;
    return `${scenario.padEnd(width)}  ${counts.join(', ')}${surprises === 0 ? '' : palette.yellow(`  (${surprises} not as expected)`)}`;
  });
  return rows.join('\n');
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
