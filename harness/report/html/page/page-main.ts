/** The page of a report: shows the overview or a run, as the fragment of the address says. */
import { STYLE } from '../../svg/timeline-style.ts';
import { OVERVIEW_ID, runId, type OverviewData, type RunData } from '../page-data.ts';
import { h, readData } from './dom.ts';
import { showOverview } from './overview-view.ts';
import { linkTo, parseRoute } from './route.ts';
import { showRun, type RunView } from './run-view.ts';

const main = document.getElementById('main') ?? document.body;
const overview = readData<OverviewData>(OVERVIEW_ID);
/** Counts what was to be shown, since a run that is being read must not replace what was chosen after it. */
let turns = 0;
let open: { run: number; view: RunView } | undefined;

document.head.append(h('style', {}, STYLE));
window.addEventListener('hashchange', () => void show());
void show();

async function show(): Promise<void> {
  const { run = onlyRun(), event } = parseRoute(location.hash);
  if (run !== undefined && open?.run === run) {
    open.view.select(event);
    return;
  }
  open?.view.close();
  open = undefined;
  turns += 1;
  const turn = turns;
  if (overview === undefined) {
    main.replaceChildren(h('p', {}, 'The report has no overview.'));
    return;
  }
  const data = run === undefined ? undefined : readData<RunData>(runId(run));
  if (run === undefined || data === undefined) {
    document.title = `ratchet ${overview.verb}: ${overview.counts}`;
    main.replaceChildren(showOverview(overview));
    return;
  }
  document.title = `${data.name}: ${data.words}`;
  const view = await showRun(data, {
    select: (selected) => history.replaceState(undefined, '', linkTo({ run, event: selected })),
    back: onlyRun() === undefined ? linkTo({ run: undefined, event: undefined }) : undefined,
  });
  if (turn !== turns) {
    view.close();
    return;
  }
  open = { run, view };
  main.replaceChildren(view.element);
  view.select(event);
  main.querySelector('h1')?.focus();
}

/** A report with nothing but one run opens it: an overview would say nothing more. */
function onlyRun(): number | undefined {
  if (overview === undefined || overview.rows.length !== 1 || overview.leftOut.length + overview.notRun.length > 0)
    return undefined;
  return overview.error === undefined ? overview.rows[0]?.run : undefined;
}
