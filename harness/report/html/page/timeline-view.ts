/** The timeline of a run: draws the lanes and the part of the time that are visible, and follows pointer and keyboard. */
import { NONE } from '../../../history/codes.ts';
import { drawFaults, FAULT_ROW_HEIGHT } from '../../svg/fault-drawing.ts';
import { LANE_HEADER_HEIGHT } from '../../svg/lane-drawing.ts';
import { yOf } from '../../svg/lane-frame.ts';
import { element, label, type Markup } from '../../svg/svg-element.ts';
import { isOn, timeAxis, type TimeAxis } from '../../svg/time-axis.ts';
import type { TimelineEvents } from '../../svg/timeline-events.ts';
import type { FaultRow } from '../../svg/timeline-faults.ts';
import { ROOT_CLASS } from '../../svg/timeline-style.ts';
import type { RunData } from '../page-data.ts';
import { button, h } from './dom.ts';
import { eventsBetween } from './operation-drawing.ts';
import { drawRequests } from './request-drawing.ts';
import { slotsOf, type Slot } from './timeline-slots.ts';

const LEFT = 56;
const RIGHT_MARGIN = 20;
const LANE_GAP = 14;
const TICKS_HEIGHT = 24;
/** The faults stay in view above the lanes; more rows would leave no room for these. */
const FAULT_ROWS_MAX = 8;
/** Nanoseconds. */
const VISIBLE_MIN = 1e3;
/** How far a click may be from an event, in pixels. */
const REACH = 40;
const SVG = 'http://www.w3.org/2000/svg';

interface PlacedSlot extends Slot {
  top: number;
}

export interface TimelineOptions {
  events: TimelineEvents;
  data: RunData;
  onSelect(event: number): void;
}

export class TimelineView {
  readonly element: HTMLElement;
  readonly #events: TimelineEvents;
  readonly #slots: readonly PlacedSlot[];
  readonly #faults: readonly FaultRow[];
  readonly #story: ReadonlySet<number>;
  readonly #offending: number | undefined;
  readonly #onSelect: TimelineOptions['onSelect'];
  readonly #head = document.createElementNS(SVG, 'svg');
  readonly #drawing = document.createElementNS(SVG, 'svg');
  readonly #lanes: HTMLElement;
  readonly #observer = new ResizeObserver(() => this.#redraw());
  readonly #last: number;
  readonly #height: number;
  #begin = 0;
  #end: number;
  /** On paper, all lanes are visible. */
  readonly #onPrint = (): void => this.#draw(true);
  /** By view: the lane of the session or of the worker. */
  readonly #slotOfView = new Map<number, PlacedSlot | undefined>();
  #selected: number | undefined;
  #hinted: readonly number[] = [];
  #isDue = false;

  constructor({ events, data, onSelect }: TimelineOptions) {
    this.#events = events;
    this.#onSelect = onSelect;
    this.#last = Math.max(events.time[events.length - 1] ?? 0, 1) * 1.02;
    this.#end = this.#last;
    this.#faults = data.faults.slice(0, FAULT_ROWS_MAX).map(({ label: name, spans }) => ({
      label: name,
      spans: spans.map(([begin, end]) => ({
        begin: begin ?? Number.NEGATIVE_INFINITY,
        end: end ?? Number.POSITIVE_INFINITY,
      })),
    }));
    this.#story = new Set(data.stories.flatMap(({ lines }) => lines.map(({ event }) => event)));
    this.#offending = data.stories[0]?.events.at(-1);
    const { slots, height } = placed(slotsOf(events, data));
    this.#slots = slots;
    this.#height = height;
    this.#lanes = this.#lanesElement(data);
    for (const svg of [this.#head, this.#drawing]) svg.setAttribute('class', ROOT_CLASS);
    this.#head.setAttribute('aria-hidden', 'true');
    this.element = h('section', { class: 'timeline', 'aria-label': 'Timeline' }, this.#toolbar(data), this.#lanes);
    this.#showStory(data);
    this.#observer.observe(this.#lanes);
    window.addEventListener('beforeprint', this.#onPrint);
  }

  close(): void {
    this.#observer.disconnect();
    window.removeEventListener('beforeprint', this.#onPrint);
  }

  /** Marks an event and moves it into view. */
  select(event: number | undefined): void {
    this.#selected = event;
    const time = event === undefined ? undefined : this.#events.time[event];
    if (time !== undefined && event !== undefined) {
      const length = this.#end - this.#begin;
      if (time < this.#begin || time > this.#end) this.#show(time - length / 2, time + length / 2);
      this.#scrollTo(event);
    }
    this.#redraw();
  }

  /** Highlights events until the next call. */
  hint(events: readonly number[]): void {
    this.#hinted = events;
    this.#redraw();
  }

  /** @param around the time that keeps its place; the middle if missing */
  zoom(factor: number, around = (this.#begin + this.#end) / 2): void {
    const length = Math.max((this.#end - this.#begin) / factor, VISIBLE_MIN);
    const share = (around - this.#begin) / (this.#end - this.#begin);
    this.#show(around - share * length, around + (1 - share) * length);
  }

  /** @param share of what is visible; negative towards the beginning */
  pan(share: number): void {
    const by = (this.#end - this.#begin) * share;
    this.#show(this.#begin + by, this.#end + by);
  }

  fit(): void {
    this.#show(0, this.#last);
  }

  #show(begin: number, end: number): void {
    const length = Math.min(end - begin, this.#last);
    this.#begin = Math.max(0, Math.min(begin, this.#last - length));
    this.#end = this.#begin + length;
    this.#redraw();
  }

  /** A story that takes little of the time would be a dot. */
  #showStory({ stories: [story] }: RunData): void {
    const times = (story?.events ?? []).map((event) => this.#events.time[event] ?? 0);
    if (times.length === 0) return;
    const [first, last] = [Math.min(...times), Math.max(...times)];
    const length = Math.max(last - first, VISIBLE_MIN);
    if (length * 8 < this.#last) this.#show(first - length, last + length);
  }

  #toolbar({ faults }: RunData): HTMLElement {
    const hidden = faults.length - this.#faults.length;
    const key = (name: string, className: string): HTMLElement => h('span', { class: `key ${className}` }, name);
    return h(
      'div',
      { class: 'toolbar' },
      button('−', () => this.zoom(1 / 2), { 'aria-label': 'Zoom out' }),
      button('+', () => this.zoom(2), { 'aria-label': 'Zoom in' }),
      button('Fit', () => this.fit()),
      button('‹', () => this.pan(-1 / 2), { 'aria-label': 'Earlier' }),
      button('›', () => this.pan(1 / 2), { 'aria-label': 'Later' }),
      h(
        'span',
        { class: 'legend' },
        key('shown', 'shown'),
        key('committed', 'committed'),
        key('replayed', 'replayed'),
        key('lag', 'lag'),
        key('fault', 'fault'),
        key('violation', 'violation'),
        hidden > 0 ? `${hidden} more faults are in the list of events` : undefined,
      ),
    );
  }

  #lanesElement({ name }: RunData): HTMLElement {
    const hint =
      'Arrow keys move, plus and minus zoom, 0 shows everything, n and p select the next and the previous event.';
    const described = `Timeline of ${name}, ${this.#slots.length} lanes. ${hint} The list below has the same events.`;
    const lanes = h('div', { class: 'lanes', tabindex: 0, role: 'group', 'aria-label': described });
    lanes.append(this.#head, this.#drawing);
    lanes.addEventListener('scroll', () => this.#redraw());
    lanes.addEventListener('keydown', (event) => this.#onKey(event));
    lanes.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    lanes.addEventListener('pointerdown', (event) => this.#onPointer(event));
    return lanes;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.pan(-1 / 8),
      ArrowRight: () => this.pan(1 / 8),
      '+': () => this.zoom(2),
      '=': () => this.zoom(2),
      '-': () => this.zoom(1 / 2),
      '0': () => this.fit(),
      n: () => this.#step(1),
      p: () => this.#step(-1),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #step(by: number): void {
    const { first } = eventsBetween(this.#events, this.#begin, this.#end);
    const next = this.#selected === undefined ? first : this.#selected + by;
    if (next >= 0 && next < this.#events.length) this.#onSelect(next);
  }

  #onWheel(event: WheelEvent): void {
    if (event.ctrlKey) {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.#timeAt(event.clientX));
    } else if (event.deltaX !== 0 || event.shiftKey) {
      event.preventDefault();
      this.pan((event.deltaX === 0 ? event.deltaY : event.deltaX) / this.#axis().right);
    }
  }

  /** A drag moves the time; a click selects the nearest event of the lane. */
  #onPointer(down: PointerEvent): void {
    if (down.button !== 0) return;
    const [begin, end] = [this.#begin, this.#end];
    const perPixel = (end - begin) / (this.#axis().right - LEFT);
    let isDragged = false;
    const move = (event: PointerEvent): void => {
      const by = down.clientX - event.clientX;
      isDragged ||= Math.abs(by) > 3;
      if (isDragged) this.#show(begin + by * perPixel, end + by * perPixel);
    };
    const up = (event: PointerEvent): void => {
      window.removeEventListener('pointermove', move);
      if (!isDragged && event.type === 'pointerup') this.#pick(event);
    };
    window.addEventListener('pointermove', move);
    for (const type of ['pointerup', 'pointercancel'] as const) window.addEventListener(type, up, { once: true });
  }

  #pick({ clientX, clientY }: PointerEvent): void {
    const y = clientY - this.#drawing.getBoundingClientRect().top;
    const slot = this.#slots.find(({ top, height }) => y >= top - LANE_HEADER_HEIGHT && y <= top + height + LANE_GAP);
    if (slot === undefined) return;
    const time = this.#timeAt(clientX);
    const reach = ((this.#end - this.#begin) / (this.#axis().right - LEFT)) * REACH;
    const { first, end } = eventsBetween(this.#events, time - reach, time + reach);
    let nearest: number | undefined;
    const away = (event: number): number => Math.abs((this.#events.time[event] ?? 0) - time);
    for (let at = first; at < end; at++) {
      if (slot.owns(at) && (nearest === undefined || away(at) < away(nearest))) nearest = at;
    }
    if (nearest !== undefined) this.#onSelect(nearest);
  }

  #timeAt(clientX: number): number {
    const { left, right } = this.#axis();
    const x = clientX - this.#drawing.getBoundingClientRect().left;
    return this.#begin + ((x - left) / (right - left)) * (this.#end - this.#begin);
  }

  #axis(): TimeAxis {
    const width = Math.max(this.#lanes.clientWidth, 320);
    return timeAxis(this.#begin, this.#end, LEFT, width - RIGHT_MARGIN, 0);
  }

  #scrollTo(event: number): void {
    const slot = this.#slots.find(({ owns }) => owns(event));
    if (slot === undefined) return;
    const { scrollTop, clientHeight } = this.#lanes;
    const [from, to] = [slot.top - LANE_HEADER_HEIGHT, slot.top + slot.height + this.#headHeight()];
    if (from < scrollTop) this.#lanes.scrollTop = from;
    else if (to > scrollTop + clientHeight) this.#lanes.scrollTop = to - clientHeight;
  }

  #headHeight(): number {
    return this.#faults.length * FAULT_ROW_HEIGHT + TICKS_HEIGHT;
  }

  /** Once a frame. */
  #redraw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  #draw(isWhole = false): void {
    const axis = this.#axis();
    const headHeight = this.#headHeight();
    const violatedAt = this.#offending === undefined ? undefined : this.#events.time[this.#offending];
    const ticks = axis.ticks.map(({ x, text }) => label('dim', x, headHeight - 8, text, 'middle'));
    fill(this.#head, axis, headHeight, [...drawFaults(this.#faults, violatedAt, axis, 2, headHeight), ...ticks]);
    const { scrollTop, clientHeight } = this.#lanes;
    const [from, to] = [scrollTop - clientHeight, scrollTop + 2 * clientHeight];
    const visible = this.#slots.filter(
      ({ top, height }) => isWhole || (top + height >= from && top - LANE_HEADER_HEIGHT <= to),
    );
    fill(this.#drawing, axis, this.#height, [
      ...this.#requests(axis),
      ...visible.flatMap((slot) => slot.draw({ axis, top: slot.top, height: slot.height })),
      ...this.#marks(axis),
    ]);
  }

  #requests(axis: TimeAxis): Markup[] {
    const marked = new Set([
      ...this.#story,
      ...this.#hinted,
      ...(this.#selected === undefined ? [] : [this.#selected]),
    ]);
    return drawRequests(this.#events, marked, axis, {
      ofEvent: (event) => {
        const slot = this.#actorOf(event);
        return slot === undefined ? undefined : slot.top + slot.height;
      },
      ofServer: (event, server) => {
        const key = this.#events.views[this.#events.view[event] ?? NONE]?.key;
        const name = `${server} · ${key}`;
        return this.#slots.find((slot) => slot.name === name)?.top;
      },
    });
  }

  #actorOf(event: number): PlacedSlot | undefined {
    const view = this.#events.view[event] ?? NONE;
    if (!this.#slotOfView.has(view)) {
      const isActor = ({ kind, owns }: Slot): boolean => (kind === 'session' || kind === 'worker') && owns(event);
      this.#slotOfView.set(view, this.#slots.find(isActor));
    }
    return this.#slotOfView.get(view);
  }

  /** The hinted events and the selected one: a line through all lanes, and a ring in the lane of the event. */
  #marks(axis: TimeAxis): Markup[] {
    const marks = [
      ...this.#hinted.map((event) => ({ event, name: 'hinted' })),
      ...(this.#selected === undefined ? [] : [{ event: this.#selected, name: 'selected' }]),
    ];
    return marks.flatMap(({ event, name }) => {
      const time = this.#events.time[event] ?? 0;
      if (!isOn(axis, time)) return [];
      const x = axis.xOf(time);
      const line = element('path', { class: name, d: `M${x.toFixed(1)} 0V${this.#height}` });
      const slot = this.#slots.find(({ owns }) => owns(event));
      const progress = this.#events.progress[event] ?? NONE;
      if (slot === undefined) return [line];
      const y =
        progress === NONE ? slot.top + slot.height / 2 : yOf(progress, { axis, top: slot.top, height: slot.height });
      return [line, element('circle', { class: `ring ${name}`, cx: x, cy: y, r: 8 })];
    });
  }
}

function placed(slots: readonly Slot[]): { slots: PlacedSlot[]; height: number } {
  let height = 0;
  const all = slots.map((slot) => {
    const top = height + LANE_HEADER_HEIGHT;
    height = top + slot.height + LANE_GAP;
    return { ...slot, top };
  });
  return { slots: all, height };
}

/** All text in the markup has been escaped by the functions that made it. */
function fill(svg: SVGSVGElement, { right }: TimeAxis, height: number, parts: readonly Markup[]): void {
  svg.setAttribute('width', String(right + RIGHT_MARGIN));
  svg.setAttribute('height', String(height));
  svg.innerHTML = parts.map(({ markup }) => markup).join('');
}
