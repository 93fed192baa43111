import { shortPath } from '../short-path.ts';

/** The command that replays a run. `subject` is the name or path that the user gave. */
export function replayCommand(run: { planFile: string; backend: string }, subject: string): string {
  return `ratchet replay ${shortPath(run.planFile)} --subject ${subject} --backend ${run.backend}`;
}
