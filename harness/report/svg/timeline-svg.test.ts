import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../checker/compose.ts';
import type { PropertyName } from '../../checker/properties.ts';
import type { Verdict } from '../../checker/verdict.ts';
import { asColumns } from '../../history/columns-builder.ts';
import { commit, historyOf, info, progress, read, show } from '../../history/history.test-support.ts';
import type { History } from '../../history/event.ts';
import { historyArbitrary } from '../../history/random-history.test-support.ts';
import { formatTimelineSvg } from './timeline-svg.ts';

const MS = 1e6;
const at = (ms: number) => ({ time: ms * MS });

function svgOf(history: History, ...properties: PropertyName[]): string {
  return formatTimelineSvg(history, judge(history, properties).verdicts);
}

/** The attributes of the elements with a class, in order. */
function withClass(svg: string, className: string): Record<string, string>[] {
  const tags = [...svg.matchAll(/<\w+ ([^>]*)>/g)].map(([, attributes]) =>
    Object.fromEntries([...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  );
  return tags.filter((tag) => tag['class']?.split(' ').includes(className));
}

/** The contents of the texts with a class, in order. */
function texts(svg: string, className = '[^"]*'): string[] {
  return [...svg.matchAll(new RegExp(`<text class="${className}"[^>]*>([^<]*)</text>`, 'g'))].map(([, text]) => text!);
}

/** The first error in tags or characters; `undefined` if there is none. */
function flaw(svg: string): string | undefined {
  const open: string[] = [];
  for (const [part, closing, name, empty] of svg.matchAll(/<(\/?)([a-z]+)(?: [\w:-]+="[^"<]*")*(\/?)>|<|&(?!\w+;)/g)) {
    if (name === undefined) return `${part} at ${svg.indexOf(part)}`;
    if (closing === '/' && open.pop() !== name) return `</${name}> closes nothing`;
    if (closing === '' && empty === '') open.push(name);
  }
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\uFFFE\uFFFF]/.test(svg) || !svg.isWellFormed()) return 'a character';
  return open.length === 0 ? undefined : `<${open.at(-1)}> is not closed`;
}

const replica = { process: 'nemesis', key: undefined, replica: 'replica-1' };
const lag = (phase: string, ms: number) => info('nemesis', 'fault', { ...replica, fault: 'lag', phase, ...at(ms) });
const route = (phase: string, ms: number) =>
  info('nemesis', 'fault', { ...replica, fault: 'out-of-rotation', phase, ...at(ms) });

/** A tab that is sent to a replica that lags. */
const lagging = historyOf([
  route('begin', 0),
  lag('begin', 10),
  commit(progress(10), at(100)),
  show('tab-1', progress(10), at(200)),
  commit(progress(85), at(300)),
  read('tab-1/poll', progress(85), { session: 'tab-1', served_by: 'primary', ...at(400) }),
  show('tab-1', progress(85), { read: 6, ...at(400) }),
  route('end', 450),
  read('tab-1/poll', progress(10), { session: 'tab-1', served_by: 'replica-1', ...at(500) }),
  show('tab-1', progress(10), { read: 10, ...at(500) }),
  lag('end', 800),
  show('tab-1', progress(85), at(1_000)),
]);

describe('the picture of a run', () => {
  it('has the violation in its heading and title, and a description', () => {
    const svg = svgOf(lagging, 'monotonic-view', 'monotonic-commits');
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" class="ratchet-timeline" role="img" width="800" /,
    );
    expect(svg).toContain('><title>tab-1 saw story-1 go from 85% back to 10%</title><desc>violates monotonic-view. ');
    expect(svg).toContain('tab-1 · story-1: shown 10%, 85%, 10%, 85%. out-of-rotation · replica-1: from 0.000 s');
    expect(texts(svg, 'heading violation')).toEqual(['tab-1 saw story-1 go from 85% back to 10%']);
    expect(flaw(svg)).toBeUndefined();
  });

  it('draws what was shown and what was committed as steps over time', () => {
    const svg = svgOf(historyOf([show('tab-1', progress(0), at(0)), show('tab-1', progress(100), at(1_000))]));
    const [, shown] = withClass(svg, 'shown');
    // From the left edge of the plot at 0% to where the last second is, and up to 100% there.
    const bottom = Number(/^M56 (\d+)H/.exec(shown!['d']!)![1]);
    expect(shown!['d']).toBe(`M56 ${bottom}H761.9V${bottom - 230}H776`);
    expect(texts(svg, 'dim')).toEqual(expect.arrayContaining(['0%', '50%', '100%', '0.0 s', '0.2 s', '1.0 s']));
    const committed = withClass(svgOf(lagging), 'committed').map(({ d }) => d!.match(/V/g)?.length);
    expect(committed).toEqual([undefined, 1]);
  });

  it('marks the earlier and the offending value with their sources, and draws an arrow between them', () => {
    const svg = svgOf(lagging, 'monotonic-view');
    expect(texts(svg, 'point-label')).toEqual(['85% from the primary', '10% from replica-1']);
    const [before, then] = withClass(svg, 'violation').filter(({ r }) => r !== undefined);
    const [way] = withClass(svg, 'way');
    expect(way!['d']).toContain(`M${then!['cx']} ${before!['cy']}V`);
    expect(Number(then!['cy'])).toBeGreaterThan(Number(before!['cy']));
  });

  it('draws a fault with phases as a bar with kind and target, highlighted if it applied at the violation', () => {
    const svg = svgOf(lagging, 'monotonic-view');
    expect(texts(svg, 'strong')).toEqual(['out-of-rotation · replica-1', 'lag · replica-1', 'tab-1 · story-1']);
    const [rotation, held] = withClass(svg, 'fault');
    expect([rotation!['class'], held!['class']]).toEqual(['fault', 'fault cause']);
    expect(Number(rotation!['x'])).toBe(56);
    expect(Number(held!['x']) + Number(held!['width'])).toBeCloseTo(56 + (720 * 0.8) / 1.02, 0);
    expect(withClass(svg, 'shade')).toMatchObject([{ x: held!['x'], width: held!['width'] }]);
  });

  it('draws what a replica had replayed when it answered, and its lag as the area up to what was committed', () => {
    const answer = (value: number, lsn: string, ms: number) =>
      read('tab-1', progress(value), { served_by: 'replica-1', lsn, ...at(ms) });
    const svg = svgOf(
      historyOf([
        commit(progress(10), { lsn: '0/100', ...at(100) }),
        commit(progress(85), { lsn: '0/200', ...at(300) }),
        ...answer(10, '0/100', 400),
        ...answer(10, '0/1FF', 450),
        ...answer(85, '0/200', 500),
      ]),
    );
    expect(texts(svg, 'strong')).toEqual(['tab-1 · story-1', 'replica-1 · story-1']);
    const [replayed] = withClass(svg, 'replayed');
    const [, ten, later] = /^M\S+ (\S+)H\S+V(\S+)H776$/.exec(replayed!['d']!)!;
    // 75% of a lane that is 60 high.
    expect(Number(ten) - Number(later)).toBeCloseTo(45, 0);
    expect(withClass(svg, 'lag')).toHaveLength(1);
  });

  it('draws a fault without an end up to the edge, and one without phases as a moment', () => {
    const fault = (more: object) => info('nemesis', 'fault', { key: undefined, ...more });
    const svg = svgOf(
      historyOf([
        fault({ fault: 'comet', phase: 'end', instance: 2, ...at(100) }),
        fault({ fault: 'http-error', actor: 'tab-1', ...at(200) }),
        lag('begin', 500),
        fault({ ...at(1_000) }),
      ]),
    );
    expect(texts(svg, 'strong')).toEqual(['comet · instance 2', 'http-error · tab-1', 'lag · replica-1', 'fault']);
    const [comet, held] = withClass(svg, 'fault');
    expect([comet!['x'], Number(held!['x']) + Number(held!['width'])]).toEqual(['56', 776]);
    expect(withClass(svg, 'moment')).toHaveLength(2);
    expect(svg).toContain(
      'comet · instance 2: to 0.100 s. http-error · tab-1: at 0.200 s. lag · replica-1: from 0.500 s on.',
    );
  });

  it('draws no shade below a moment, even at the time of the violation', () => {
    const moment = info('nemesis', 'fault', { fault: 'http-route', ...at(200) });
    const shows = [show('tab-1', progress(85), at(100)), moment, show('tab-1', progress(10), at(200))];
    const svg = svgOf(historyOf(shows), 'monotonic-view');
    expect([withClass(svg, 'moment').length, withClass(svg, 'shade').length]).toEqual([1, 0]);
  });

  it('puts labels one line apart if they would overlap', () => {
    const ways = [
      [100, 95],
      [10, 0],
    ] as const;
    for (const [from, to] of ways) {
      // At the left edge both stand to the right of their points, at the right edge both to the left.
      for (const ms of [0, 990]) {
        const shows = [show('tab-1', progress(from), at(ms)), show('tab-1', progress(to), at(ms + 1))];
        const rest = ms === 0 ? [] : [show('tab-2', progress(0), at(0))];
        const svg = svgOf(historyOf([...rest, ...shows, show('tab-2', progress(0), at(1_000))]), 'monotonic-view');
        const [before, then] = withClass(svg, 'point-label');
        expect(before!['text-anchor']).toBe(then!['text-anchor']);
        expect(Math.abs(Number(before!['y']) - Number(then!['y']))).toBeGreaterThanOrEqual(15);
      }
    }
  });

  it('names the generations if an older one returns', () => {
    const shows = [progress(40), progress([2, 10]), progress([1, 85])].map((value) => show('tab-1', value));
    const svg = svgOf(historyOf(shows), 'monotonic-view');
    expect(texts(svg, 'point-label')).toEqual(['generation 2, 10%', 'generation 1, 85%']);
    expect(texts(svg, 'dim').filter((text) => text.startsWith('generation'))).toEqual(['generation 2']);
    expect(withClass(svg, 'generation')).toHaveLength(1);
    expect(withClass(svg, 'shown')[1]!['d']!.match(/M/g)).toHaveLength(3);
  });

  it('draws six sessions at most, those with violations first, and gives the number of the others, but not the mark of the end', () => {
    const sessions = Array.from({ length: 9 }, (_, number) => `tab-${number}`);
    const svg = svgOf(
      historyOf([
        ...sessions.map((session) => show(session, progress(85))),
        show('tab-7', progress(10)),
        ...sessions.map((session) => show(session, progress(100))),
      ]),
      'monotonic-view',
    );
    const lanes = ['tab-7', 'tab-0', 'tab-1', 'tab-2', 'tab-3', 'tab-4'];
    expect(texts(svg, 'strong')).toEqual(lanes.map((session) => `${session} · story-1`));
    expect(texts(svg, 'dim').at(-1)).toBe('… and 3 more sessions');
    expect(texts(svg, 'point-label')).toHaveLength(2);
  });

  it('draws eight rows of faults at most, and gives the number of the others', () => {
    const faults = Array.from({ length: 10 }, (_, number) => info('nemesis', 'fault', { fault: `kind-${number}` }));
    const svg = svgOf(historyOf([...faults, info('ratchet', 'fault', { fault: 'run-ended' })]));
    expect(texts(svg, 'strong')).toHaveLength(8);
    expect(texts(svg, 'dim')).toContain('… and 2 more faults');
  });

  it('marks further violations as dots, one for each shown progress', () => {
    const steps = [10, 85, 10, 10, 40, 10].map((value) => read('tab-1', progress(value)));
    const svg = svgOf(historyOf(steps), 'monotonic-reads');
    const dots = withClass(svg, 'violation').filter(({ r }) => r !== undefined);
    expect(dots.map(({ r }) => r)).toEqual(['3', '3', '5', '5']);
  });

  it('uses completed reads if no show was recorded', () => {
    const svg = svgOf(historyOf([read('tab-1', progress(85)), read('tab-1', progress(10))]), 'monotonic-view');
    expect(svg).toContain('tab-1 · story-1: shown 85%, 10%.');
  });

  it('draws a story that no session saw, and marks its commits', () => {
    const svg = svgOf(historyOf([commit(progress(85)), commit(progress(10))]), 'monotonic-commits');
    expect(texts(svg, 'strong')).toEqual(['story-1']);
    expect(texts(svg, 'point-label')).toEqual(['85%', '10%']);
  });

  it.each([
    [historyOf([]), 'The history has no events'],
    [historyOf([read('1', 3), read('1', 4)]), 'What was shown'],
  ])('is small without anything to draw', (history, heading) => {
    const svg = svgOf(history);
    expect(texts(svg, 'heading')).toEqual([heading]);
    expect([withClass(svg, 'shown'), withClass(svg, 'grid'), flaw(svg)]).toEqual([[], [], undefined]);
  });

  it('has a heading for properties that hold, and for an inconclusive verdict', () => {
    const history = historyOf([show('tab-1', progress(85))]);
    expect(texts(svgOf(history, 'monotonic-view'), 'heading')).toEqual(['Every property holds']);
    const inconclusive = texts(svgOf(history, 'monotonic-view', 'monotonic-commits'), 'heading');
    expect(inconclusive).toEqual(['Inconclusive: the history has no commit events']);
  });

  it('breaks a long sentence into two lines, and truncates the rest', () => {
    const sentence = 'tab-1 saw progress go back '.repeat(8);
    const violation = { property: 'monotonic-view', key: 'story-1', events: [], sentence };
    const verdict: Verdict = { property: 'monotonic-view', valid: false, violations: [violation], judged: 1 };
    const lines = texts(formatTimelineSvg(historyOf([]), [verdict]), 'heading violation');
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => line.length <= 72)).toEqual([true, true]);
    expect(lines.at(-1)).toMatch(/…$/);
  });

  it('takes the title from the caller, otherwise from the header', () => {
    const header = { history: 1, subject: 'legacy', backend: 'embedded', seed: 7, plan: { scenario: 'mine' } } as const;
    const history = historyOf([show('tab-1', progress(85))], header);
    expect(texts(svgOf(history))).toContain('mine · legacy · embedded · seed 7');
    expect(texts(formatTimelineSvg(history, [], { title: 'run 4' }))).toContain('run 4');
  });

  it('escapes names and unprintable characters', () => {
    const key = '</text><script>alert("&")</script>';
    const session = 'a\u0000\n\u0085\u202E\uD800\uFFFFb';
    const shows = [85, 10].map((value) => show(session, progress(value), { key }));
    const svg = svgOf(historyOf([info('nemesis', 'fault', { fault: '<i>' }), ...shows]), 'monotonic-view');
    expect(flaw(svg)).toBeUndefined();
    expect(svg).not.toContain('<script');
    const shown = `${String.raw`a\u{0}\n\u{85}\u{202e}\u{d800}`}\uFFFDb · &lt;/text&gt;&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;`;
    expect(texts(svg, 'strong')).toEqual(['&lt;i&gt;', shown]);
  });

  it('is well-formed for any history', () => {
    const name = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.oneof(historyArbitrary('progress'), historyArbitrary('register')),
        fc.dictionary(fc.constantFrom('story-1', 'story-2', '0', '1', '2'), name),
        fc.record({ fault: name, phase: fc.constantFrom('begin', 'end', 1), replica: name, served_by: name }),
        ({ header, events }, names, extra) => {
          const renamed = events.map((event) => ({ ...event, ...extra, key: names[String(event.key)] ?? event.key! }));
          // Fields may have any value, since the history can come from a file.
          const history = { header, events: renamed } as History;
          const svg = svgOf(history, 'monotonic-view', 'integrity', 'convergence');
          expect(flaw(svg)).toBeUndefined();
          expect(svg).not.toMatch(/NaN|Infinity|undefined/);
        },
      ),
    );
  });

  it('is the same for both forms of a history', () => {
    const { verdicts } = judge(lagging, ['monotonic-view']);
    expect(formatTimelineSvg(lagging, verdicts)).toBe(formatTimelineSvg(asColumns(lagging), verdicts));
  });

  it('stays small, and shows every decrease of a long history', () => {
    const long = Array.from({ length: 30_000 }, (_, number) =>
      show(`tab-${number % 6}`, progress(number === 15_000 ? 0 : 10 + (number % 70))),
    );
    const svg = formatTimelineSvg(historyOf(long), []);
    expect(svg.length).toBeLessThan(40_000);
    const [, first] = withClass(svg, 'shown');
    const bottom = withClass(svg, 'grid')[0]!['d']!.split(/[ H]/)[1]!;
    expect(first!['d']).toContain(`V${bottom}H`);
    expect(svgOf(lagging, 'monotonic-view').length).toBeLessThan(8_000);
  });

  it('has colours for dark pages, and styles only itself', () => {
    const style = /<style>(.*)<\/style>/.exec(svgOf(lagging))![1]!;
    expect(style).toContain('@media(prefers-color-scheme:dark){.ratchet-timeline text{');
    const rules = style.replace(/@media\([^)]*\)/, '').matchAll(/([^{}]+)\{[^{}]+\}/g);
    for (const [, selectors] of rules) {
      for (const selector of selectors!.split(',')) expect(selector).toMatch(/^\.ratchet-timeline /);
    }
  });
});
