/** The reporter that draws one run as an SVG: the first that is violated, otherwise the last. */
import type { JudgedRun, Reporter, ReporterOptions } from '../../port/reporter.ts';
import { formatTimelineSvg } from './timeline-svg.ts';

export function createSvgReporter({ output }: ReporterOptions): Reporter {
  let drawn: JudgedRun | undefined;
  const keep = (run: JudgedRun): void => {
    if (drawn?.valid !== false) drawn = run;
  };
  return {
    ran: keep,
    explored: ({ found }) => found?.runs.forEach(keep),
    end() {
      if (drawn !== undefined) output.write(formatTimelineSvg(drawn.history, drawn.verdicts));
    },
  };
}
