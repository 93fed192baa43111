/** The page of a scenario: for a terminal, and as Markdown for the catalogue. */
import type { Parameter, Scenario } from '../plan/scenario.ts';
import type { Palette } from './palette.ts';

/** What a subject is expected to do: `undefined` if it declares nothing. */
export interface Expectation {
  subject: string;
  holds: boolean | undefined;
}

/** Each paragraph of the page with its title; what the scenario does not say is left out. */
function paragraphsOf(scenario: Scenario): (readonly [title: string, text: string])[] {
  const { mechanism, evidence = [], injects, breaks = [], remedy } = scenario;
  const all: [string, string | undefined][] = [
    ['mechanism', mechanism],
    ['evidence', evidence.length === 0 ? undefined : evidence.join('; ')],
    ['injected', injects],
    ['breaks', breaks.length === 0 ? undefined : breaks.join(', ')],
    ['remedy', remedy],
  ];
  return all.flatMap(([title, text]) => (text === undefined ? [] : [[title, text] as const]));
}

/** The page for a terminal of that many columns. */
export function scenarioText(
  scenario: Scenario,
  expectations: readonly Expectation[],
  { palette, columns }: { palette: Palette; columns: number },
): string {
  const { name, summary, tags = [], parameters } = scenario;
  const rows: (readonly [string, string])[] = [
    ...paragraphsOf(scenario),
    ...Object.entries(parameters).map(
      ([parameter, described]) => ['set', parameterText(parameter, described)] as const,
    ),
    ...(expectations.length === 0 ? [] : [['expected', expectedText(expectations)] as const]),
    ['run', `ratchet run ${name}`],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  const body = rows.map(([title, text]) => {
    const lines = wrap(text, Math.max(40, columns - width - 4));
    return lines.map((line, at) => `  ${palette.dim((at === 0 ? title : '').padEnd(width))}  ${line}`).join('\n');
  });
  const heading = `${palette.bold(name)}${tags.length === 0 ? '' : `  ${palette.dim(tags.join(', '))}`}`;
  return [heading, summary, '', ...body].join('\n');
}

/** The section of the catalogue. */
export function scenarioMarkdown(scenario: Scenario, expectations: readonly Expectation[]): string {
  const { name, summary, parameters } = scenario;
  const paragraphs = paragraphsOf(scenario).map(([title, text]) => `- **${title}**: ${text}`);
  const settings = Object.entries(parameters).map(
    ([parameter, described]) => `- **set**: \`${parameterText(parameter, described).replace('  ', '` ')}`,
  );
  const expected = expectations.length === 0 ? [] : [`- **expected**: ${expectedText(expectations)}`];
  return [`### \`${name}\``, '', `${summary}.`, '', ...paragraphs, ...settings, ...expected].join('\n');
}

function parameterText(name: string, { description, default: value }: Parameter): string {
  return `--set ${name}=${value ?? '…'}  ${description}`;
}

function expectedText(expectations: readonly Expectation[]): string {
  const named = (holds: boolean): string =>
    expectations
      .filter((expectation) => expectation.holds === holds)
      .map(({ subject }) => subject)
      .join(', ');
  const parts = [
    [named(true), 'holds'],
    [named(false), 'does not hold'],
  ].filter(([names]) => names !== '');
  return parts.map(([names, verdict]) => `${names}: ${verdict}`).join('; ');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
