import type { Command } from 'commander';
import { parametersOf, type Scenario } from '../plan/scenario.ts';
import type { Subject } from '../port/subject.ts';
import { printableData } from '../report/printable.ts';
import { scenarioText } from '../report/scenario-page.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { expectationsOf, expectedOfRange, expectedOfRun } from '../runner/expectation.ts';
import { propertyNames } from '../runner/judgement.ts';
import { backendNames, loadBackend } from '../runner/backend-registry.ts';
import { formatOption } from './options.ts';
import { palette, print, printJson } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addList(program: Command, finish: Finish): void {
  program
    .command('list')
    .description('show the scenarios, subjects, backends and properties; or the page of one scenario')
    .argument('[scenario]', 'a name that `ratchet list` shows')
    .addOption(formatOption())
    .action(async (name: string | undefined, { format }: { format: 'text' | 'json' }) => {
      if (name !== undefined) await printPage(name, format);
      else {
        const listing = await collect();
        if (format === 'json') printJson(listing, 2);
        else print(formatListing(printableData(listing)));
      }
      finish(0);
    });
}

async function printPage(name: string, format: 'text' | 'json'): Promise<void> {
  const catalogue = await openCatalogue(process.cwd());
  const scenario = await catalogue.loadScenario(name);
  const expectations = await expectationsOf(scenario, catalogue);
  if (format === 'json') {
    const { plan: _plan, explore: _explore, ...page } = scenario;
    printJson({ ...page, expectations }, 2);
  } else
    print(
      scenarioText(printableData(scenario), expectations, { palette, columns: process.stdout.columns ?? PAGE_COLUMNS }),
    );
}

/** Of a page in a pipe. */
const PAGE_COLUMNS = 100;

type Listing = Awaited<ReturnType<typeof collect>>;

async function collect() {
  const catalogue = await openCatalogue(process.cwd());
  const scenarios = await Promise.all(catalogue.scenarioNames.map((name) => catalogue.loadScenario(name)));
  const subjects = await Promise.all(catalogue.subjectNames.map((name) => catalogue.loadSubject(name)));
  const backends = await Promise.all(backendNames().map(loadBackend));
  return {
    scenarios: scenarios.map(({ name, summary, tags = [], parameters }) => ({ name, summary, tags, parameters })),
    subjects: subjects.map((subject) => ({
      name: subject.name,
      description: subject.description,
      withstands: withstoodBy(subject, scenarios),
    })),
    backends: backends.map(({ name, description, capabilities }) => ({
      name,
      description,
      capabilities: [...capabilities],
    })),
    properties: propertyNames(),
  };
}

/** Scenario → what the subject declares for it, with the scenario's default parameters. Other scenarios are omitted. */
function withstoodBy(subject: Subject, scenarios: readonly Scenario[]) {
  const declared: Record<string, { run?: boolean; explore?: boolean }> = {};
  for (const scenario of scenarios) {
    const run = expectedOfRun(subject, scenario.name, parametersOf(scenario, {}));
    const explore = expectedOfRange(subject, scenario.name);
    if (run === undefined && explore === undefined) continue;
    declared[scenario.name] = { ...(run !== undefined && { run }), ...(explore !== undefined && { explore }) };
  }
  return declared;
}

function formatListing({ scenarios, subjects, backends, properties }: Listing): string {
  const width = Math.max(...[...scenarios, ...subjects, ...backends].map(({ name }) => name.length));
  const row = (name: string, text: string): string => `  ${name.padEnd(width)}  ${text}`;
  const lines = [palette.bold('Scenarios')];
  for (const scenario of scenarios) {
    lines.push(row(scenario.name, scenario.summary));
    for (const [name, { description, default: value }] of Object.entries(scenario.parameters)) {
      lines.push(row('', palette.dim(`--set ${name}=${value ?? '…'}  ${description}`)));
    }
  }
  lines.push('', palette.bold('Subjects'));
  for (const { name, description, withstands } of subjects) {
    lines.push(row(name, description), ...formatWithstood(withstands).map((text) => row('', palette.dim(text))));
  }
  lines.push('', palette.bold('Backends'));
  for (const { name, description, capabilities } of backends) {
    lines.push(row(name, description), row('', palette.dim(`capabilities: ${capabilities.join(', ')}`)));
  }
  lines.push('', palette.bold('Properties'), `  ${properties.join(', ')}`);
  return lines.join('\n');
}

/** The declarations for a run. */
function formatWithstood(declared: Listing['subjects'][number]['withstands']): string[] {
  const named = (holds: boolean): string =>
    Object.keys(declared)
      .filter((scenario) => declared[scenario]!.run === holds)
      .join(', ');
  return [`withstands: ${named(true)}`, `does not withstand: ${named(false)}`].filter((text) => !text.endsWith(': '));
}
