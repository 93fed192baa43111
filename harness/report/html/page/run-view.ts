/** A run: its violations in sentences, the timeline, its events, its properties, and its plan. */
import type { TimelineEvents } from '../../svg/timeline-events.ts';
import { seconds } from '../../counterexample.ts';
import { decodeColumns } from '../column-codec.ts';
import type { RunData, StoryData } from '../page-data.ts';
import { button, download, durationText, h, inflate } from './dom.ts';
import { EventList } from './event-list.ts';
import { EventTexts, type EventWords } from './event-words.ts';
import { TimelineView } from './timeline-view.ts';
import { markOf } from './verdict-mark.ts';

export interface RunView {
  element: HTMLElement;
  select(event: number | undefined): void;
  close(): void;
}

export interface RunActions {
  /** Notes the selected event in the address. */
  select(event: number): void;
  /** The link to the overview, if there is more to see than this run. */
  back: string | undefined;
}

/** The recorded text of an event is shown for histories up to this length: it takes the whole history in memory. */
const RECORDED_MAX = 100_000;

export async function showRun(data: RunData, actions: RunActions): Promise<RunView> {
  const events = await eventsOf(data);
  const texts = new EventTexts(events, data.faultWords);
  const choose = (event: number): void => {
    actions.select(event);
    select(event);
  };
  const timeline = new TimelineView({ events, data, onSelect: choose });
  const list = new EventList({ texts, length: events.length, onSelect: choose });
  const selection = h('section', { class: 'selection', 'aria-live': 'polite', 'aria-label': 'Selected event' });
  const recorded = recordedLines(data);
  const select = (wanted: number | undefined): void => {
    const event = wanted === undefined || wanted >= events.length ? undefined : wanted;
    timeline.select(event);
    list.select(event);
    selection.replaceChildren(
      ...(event === undefined ? [] : describeSelection(texts.wordsOf(event), () => recorded(event))),
    );
  };
  const stories = data.stories.map((story) => storyOf(story, timeline, choose));
  const element = h(
    'div',
    { class: 'run' },
    headerOf(data, actions.back),
    notesOf(data),
    stories.length === 0 ? undefined : h('section', { 'aria-label': 'Violations', class: 'stories' }, ...stories),
    timeline.element,
    selection,
    list.element,
    propertiesOf(data),
    planOf(data),
  );
  return { element, select, close: () => timeline.close() };
}

async function eventsOf({ events }: RunData): Promise<TimelineEvents> {
  const { columns, ...rest } = events;
  return { ...decodeColumns(await inflate(columns), events.length), ...rest };
}

function headerOf(
  { name, valid, words, durationMs, replay, plan, history, historyFile }: RunData,
  back: string | undefined,
): HTMLElement {
  const saveHistory = async (): Promise<void> => download('history.ndjson', new Uint8Array(await inflate(history)));
  return h(
    'header',
    {},
    back === undefined ? undefined : h('nav', {}, h('a', { href: back }, '← all runs')),
    h('h1', { tabindex: -1 }, name),
    h('p', { class: 'counts' }, markOf(valid), words, '  ', h('span', { class: 'dim' }, durationText(durationMs))),
    replay === undefined ? undefined : h('p', { class: 'command' }, h('code', {}, replay), copyButton(replay)),
    h(
      'p',
      { class: 'downloads' },
      button('Download history', () => void saveHistory()),
      plan === undefined ? undefined : button('Download plan', () => download('plan.json', plan)),
      historyFile === undefined ? undefined : h('span', { class: 'dim' }, historyFile),
    ),
  );
}

function copyButton(text: string): HTMLElement {
  const copy = button('Copy', () => void navigator.clipboard.writeText(text).then(() => (copy.textContent = 'Copied')));
  copy.setAttribute('aria-label', 'Copy the replay command');
  return copy;
}

function notesOf({ notes }: RunData): HTMLElement | undefined {
  return notes.length === 0 ? undefined : h('ul', { class: 'notes' }, ...notes.map((note) => h('li', {}, note)));
}

function storyOf(story: StoryData, timeline: TimelineView, choose: (event: number) => void): HTMLElement {
  const { property, sentence, lines, alsoBroken, others } = story;
  const item = (event: number, parts: readonly HTMLElement[]): HTMLElement => {
    const line = button('', () => choose(event), { class: 'line' });
    line.append(...parts);
    line.addEventListener('pointerenter', () => timeline.hint([event]));
    line.addEventListener('focus', () => timeline.hint([event]));
    for (const type of ['pointerleave', 'blur']) line.addEventListener(type, () => timeline.hint([]));
    return h('li', {}, line);
  };
  const told = lines.map(({ event, time, what, source }) =>
    item(event, [
      h('span', { class: 'time' }, seconds(time)),
      h('span', {}, what),
      h('span', { class: 'dim' }, source),
    ]),
  );
  const more = others.flatMap((other) => {
    const event = other.events.at(-1);
    return event === undefined ? [] : [item(event, [h('span', {}, other.sentence)])];
  });
  return h(
    'article',
    {},
    h('h2', {}, markOf(false), `${property}: `, sentence),
    h('ol', {}, ...told),
    alsoBroken.length === 0 ? undefined : h('p', { class: 'dim' }, `also broken by this: ${alsoBroken.join(', ')}`),
    more.length === 0
      ? undefined
      : h('details', {}, h('summary', {}, `${more.length} more of ${property}`), h('ol', {}, ...more)),
  );
}

/** @param recorded the line of the history */
function describeSelection({ time, who, what, source }: EventWords, recorded: () => Promise<string>): HTMLElement[] {
  const line = h('code', {}, '…');
  void recorded().then((text) => (line.textContent = text));
  return [
    h(
      'p',
      {},
      h('span', { class: 'time' }, time),
      ' ',
      h('strong', {}, who),
      ` ${what}`,
      source === '' ? '' : `, ${source}`,
    ),
    h('pre', { tabindex: 0 }, line),
  ];
}

function recordedLines({ history, events: { length } }: RunData): (event: number) => Promise<string> {
  let lines: Promise<string[]> | undefined;
  const read = async (): Promise<string[]> => {
    const all = new TextDecoder().decode(await inflate(history)).split('\n');
    return all.slice(all.length - 1 - length);
  };
  return async (event) => {
    if (length > RECORDED_MAX) return `event ${event} of the history`;
    lines ??= read();
    return (await lines)[event] ?? '';
  };
}

function propertiesOf({ properties, notJudged }: RunData): HTMLElement {
  const rows = [
    ...properties.map(({ property, valid, text }) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, markOf(valid), property),
        h('td', {}, valid === true ? 'held' : valid === false ? 'violated' : 'inconclusive'),
        h('td', {}, text),
      ),
    ),
    ...notJudged.map(({ property, reason }) =>
      h('tr', {}, h('th', { scope: 'row' }, property), h('td', {}, 'not judged'), h('td', {}, reason)),
    ),
  ];
  return h(
    'section',
    { 'aria-label': 'Properties' },
    h('h2', {}, 'Properties'),
    h('table', {}, h('tbody', {}, ...rows)),
  );
}

function planOf({ plan, planLines }: RunData): HTMLElement | undefined {
  if (plan === undefined) return undefined;
  return h(
    'section',
    { 'aria-label': 'Plan' },
    h('h2', {}, 'Plan'),
    h('pre', { tabindex: 0 }, planLines.join('\n')),
    h('details', {}, h('summary', {}, 'plan.json'), h('pre', { tabindex: 0 }, plan)),
  );
}
