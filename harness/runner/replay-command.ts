import { shortPath } from '../short-path.ts';

/**
 * The command that replays a run.
 * @param subject the name or path that the user gave
 * @param backend the option that names the backend; by default by its name
 */
export function replayCommand(
  run: { planFile: string; backend: string },
  subject: string,
  backend = `--backend ${run.backend}`,
): string {
  return `ratchet replay ${shortPath(run.planFile)} --subject ${subject} ${backend}`;
}
