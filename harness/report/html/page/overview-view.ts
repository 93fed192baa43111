/** The overview: the counts by scenario and subject, the filters, every run, and what did not run. */
import type { Validity } from '../../../checker/verdict.ts';
import type { OverviewData, OverviewRow } from '../page-data.ts';
import { button, durationText, h } from './dom.ts';
import { linkTo } from './route.ts';
import { markOf } from './verdict-mark.ts';

/** Rows of the list before "Show more". */
const ROWS_AT_ONCE = 200;

interface Filter {
  text: string;
  verdict: string;
  scenario: string | undefined;
  subject: string | undefined;
}

/** Kept while a run is open. */
const filter: Filter = { text: '', verdict: '', scenario: undefined, subject: undefined };

const VERDICTS: Readonly<Record<string, (row: OverviewRow) => boolean>> = {
  violated: ({ valid }) => valid === false,
  held: ({ valid }) => valid === true,
  inconclusive: ({ valid }) => valid === 'unknown',
  'not as expected': ({ isSurprise }) => isSurprise,
};

export function showOverview(overview: OverviewData): HTMLElement {
  const { verb, counts, durationMs, error, baseline, leftOut, notRun, rows } = overview;
  const list = h('div');
  const update = (): void => list.replaceChildren(...listOf(rows));
  update();
  return h(
    'div',
    { class: 'overview' },
    h(
      'header',
      {},
      h('h1', { tabindex: -1 }, `ratchet ${verb}`),
      h(
        'p',
        { class: 'counts' },
        markOf(overview.valid),
        `${counts}  `,
        h('span', { class: 'dim' }, durationText(durationMs)),
      ),
    ),
    error === undefined ? undefined : h('p', { class: 'error', role: 'alert' }, `stopped: ${error}`),
    matrixOf(rows, update),
    filtersOf(update),
    list,
    ...section(
      'Left out',
      leftOut.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section('Not run', notRun),
    ...section('Baseline', baseline),
  );
}

function section(title: string, lines: readonly string[]): HTMLElement[] {
  return lines.length === 0
    ? []
    : [h('section', {}, h('h2', {}, title), h('ul', {}, ...lines.map((line) => h('li', {}, line))))];
}

/** The counts by scenario and subject, unless the list of a single subject has one row for each. */
function matrixOf(rows: readonly OverviewRow[], update: () => void): HTMLElement | undefined {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const cells = Map.groupBy(rows, ({ scenario, subject }) => JSON.stringify([scenario, subject]));
  if (subjects.length < 2 && (cells.size < 2 || cells.size === rows.length)) return undefined;
  const cellOf = (scenario: string, subject: string): HTMLElement => {
    const inCell = cells.get(JSON.stringify([scenario, subject])) ?? [];
    if (inCell.length === 0) return h('td', { class: 'dim' }, '–');
    const choose = (): void => {
      Object.assign(filter, { scenario, subject });
      update();
    };
    return h(
      'td',
      {},
      button(countsOf(inCell), choose, {
        class: 'cell',
        'aria-label': `${scenario}, ${subject}: ${inWords(inCell)}`,
      }),
    );
  };
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'scenario'),
    ...subjects.map((subject) => h('th', { scope: 'col' }, subject === '' ? 'runs' : subject)),
  );
  const body = scenarios.map((scenario) =>
    h('tr', {}, h('th', { scope: 'row' }, scenario), ...subjects.map((subject) => cellOf(scenario, subject))),
  );
  const table = h('table', { class: 'matrix' }, h('thead', {}, head), h('tbody', {}, ...body));
  return h('section', { 'aria-label': 'Scenarios and subjects', class: 'scrolls', tabindex: 0 }, table);
}

const VALIDITIES: readonly (readonly [Validity, mark: string, word: string])[] = [
  [true, '✓', 'held'],
  [false, '✗', 'violated'],
  ['unknown', '?', 'inconclusive'],
];

/** `✓ 3 ✗ 1`, without the numbers for a single run. */
function countsOf(rows: readonly OverviewRow[]): string {
  const counts = VALIDITIES.map(([valid, mark]) => ({ mark, count: rows.filter((row) => row.valid === valid).length }));
  return counts
    .flatMap(({ mark, count }) => (count === 0 ? [] : [rows.length === 1 ? mark : `${mark} ${count}`]))
    .join(' ');
}

function inWords(rows: readonly OverviewRow[]): string {
  const counts = VALIDITIES.map(([valid, , word]) => ({
    word,
    count: rows.filter((row) => row.valid === valid).length,
  }));
  return counts.flatMap(({ word, count }) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
}

function filtersOf(update: () => void): HTMLElement {
  const text = h('input', {
    type: 'search',
    id: 'filter-text',
    value: filter.text,
    placeholder: 'scenario, subject, seed, sentence',
  });
  const verdict = h(
    'select',
    { id: 'filter-verdict' },
    h('option', { value: '' }, 'all verdicts'),
    ...Object.keys(VERDICTS).map((name) => h('option', { value: name, selected: name === filter.verdict }, name)),
  );
  text.addEventListener('input', () => {
    filter.text = text.value;
    update();
  });
  verdict.addEventListener('change', () => {
    filter.verdict = verdict.value;
    update();
  });
  return h(
    'form',
    { class: 'filters', role: 'search' },
    h('label', { for: 'filter-text' }, 'Filter'),
    text,
    h('label', { for: 'filter-verdict' }, 'Verdict'),
    verdict,
  );
}

function listOf(rows: readonly OverviewRow[]): HTMLElement[] {
  const matching = rows.filter(matches);
  const body = h('tbody');
  const table = h(
    'table',
    { class: 'runs' },
    h(
      'caption',
      { 'aria-live': 'polite' },
      `${matching.length} of ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`,
    ),
    h(
      'thead',
      {},
      h('tr', {}, ...['verdict', 'run', 'where', 'time', 'why'].map((name) => h('th', { scope: 'col' }, name))),
    ),
    body,
  );
  let shown = 0;
  const more = button('Show more', () => append());
  const append = (): void => {
    body.append(...matching.slice(shown, shown + ROWS_AT_ONCE).map(rowOf));
    shown += ROWS_AT_ONCE;
    more.hidden = shown >= matching.length;
  };
  append();
  return [
    ...chosenCell(),
    h('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': 'Runs' }, table),
    more,
  ];
}

/** The cell of the matrix that filters the list, with a button that ends this. */
function chosenCell(): HTMLElement[] {
  const { scenario, subject } = filter;
  if (scenario === undefined) return [];
  const reset = button(
    `${scenario} · ${subject} ×`,
    () => {
      Object.assign(filter, { scenario: undefined, subject: undefined });
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    },
    { 'aria-label': `Show all again, not only ${scenario}, ${subject}` },
  );
  return [h('p', {}, reset)];
}

function matches(row: OverviewRow): boolean {
  const { scenario, subject, name, where, words, headline } = row;
  if (filter.scenario !== undefined && (filter.scenario !== scenario || filter.subject !== subject)) return false;
  if (filter.verdict !== '' && VERDICTS[filter.verdict]?.(row) === false) return false;
  const all = [scenario, subject, name, where, words, headline].join(' ').toLowerCase();
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function rowOf(row: OverviewRow): HTMLElement {
  const { run, name, where, valid, words, isSurprise, durationMs, headline } = row;
  const title = run === undefined ? h('span', {}, name) : h('a', { href: linkTo({ run, event: undefined }) }, name);
  return h(
    'tr',
    { class: isSurprise ? 'surprise' : undefined },
    h('td', {}, markOf(valid), words),
    h('td', {}, title),
    h('td', { class: 'dim' }, where),
    h('td', { class: 'number' }, durationText(durationMs)),
    h('td', {}, headline),
  );
}
