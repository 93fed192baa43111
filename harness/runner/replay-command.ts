import { shortPath } from '../short-path.ts';

/** The command that runs the plan of a run again. `subject` is the name or path by which the user named it. */
export function replayCommand(run: { planFile: string; backend: string }, subject: string): string {
  return `ratchet replay ${shortPath(run.planFile)} --subject ${subject} --backend ${run.backend}`;
}
