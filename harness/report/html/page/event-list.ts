/** The events in words: those around the selected one, or those that a search has found. */
import { button, h } from './dom.ts';
import type { EventTexts } from './event-words.ts';

/** Rows around the selected event, on each side. */
const AROUND = 25;
const FOUND_MAX = 300;

export interface EventListOptions {
  texts: EventTexts;
  length: number;
  onSelect(event: number): void;
}

export class EventList {
  readonly element: HTMLElement;
  readonly #options: EventListOptions;
  readonly #body = h('tbody');
  readonly #caption = h('caption', { 'aria-live': 'polite' });
  readonly #search = h('input', { type: 'search', id: 'event-search', placeholder: 'e.g. tab-1 10% replica-1' });
  #found: readonly number[] | undefined;
  #selected: number | undefined;

  constructor(options: EventListOptions) {
    this.#options = options;
    this.#search.addEventListener('input', () => this.#find());
    this.#search.addEventListener('keydown', ({ key }) => {
      const first = this.#found?.[0];
      if (key === 'Enter' && first !== undefined) options.onSelect(first);
    });
    const head = h('tr', {}, ...['time', 'who', 'what', 'from'].map((name) => h('th', { scope: 'col' }, name)));
    const table = h('table', { class: 'events' }, this.#caption, h('thead', {}, head), this.#body);
    this.element = h(
      'section',
      { 'aria-label': 'Events' },
      h('h2', {}, 'Events'),
      h('p', { class: 'filters' }, h('label', { for: 'event-search' }, 'Search'), this.#search),
      h('div', { class: 'scrolls tall', tabindex: 0, role: 'region', 'aria-label': 'List of events' }, table),
    );
    this.#fill();
  }

  select(event: number | undefined): void {
    this.#selected = event;
    this.#fill();
  }

  #find(): void {
    const query = this.#search.value.trim();
    this.#found = query === '' ? undefined : this.#options.texts.find(query, FOUND_MAX);
    this.#fill();
  }

  #fill(): void {
    const { length } = this.#options;
    const [first, end] = windowAround(this.#selected ?? 0, length);
    const listed = this.#found ?? Array.from({ length: end - first }, (_, at) => first + at);
    this.#caption.textContent = this.#describe(first, end);
    this.#body.replaceChildren(...listed.map((event) => this.#row(event)));
  }

  #describe(first: number, end: number): string {
    const { length } = this.#options;
    if (length === 0) return 'no events';
    if (this.#found === undefined) return `${first + 1} to ${end} of ${length} events`;
    return this.#found.length < FOUND_MAX ? `${this.#found.length} found` : `the first ${FOUND_MAX} that were found`;
  }

  #row(event: number): HTMLElement {
    const { time, who, what, source } = this.#options.texts.wordsOf(event);
    const isSelected = event === this.#selected;
    return h(
      'tr',
      { class: isSelected ? 'selected' : undefined, 'aria-current': isSelected ? 'true' : undefined },
      h(
        'td',
        {},
        button(time, () => this.#options.onSelect(event), {
          class: 'time',
          'aria-label': `${time}: select this event`,
        }),
      ),
      h('td', {}, who),
      h('td', {}, what),
      h('td', {}, source),
    );
  }
}

function windowAround(event: number, length: number): [first: number, end: number] {
  const first = Math.max(0, Math.min(event - AROUND, length - 2 * AROUND));
  return [first, Math.min(length, first + 2 * AROUND)];
}
