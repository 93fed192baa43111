import type { Command } from 'commander';
import { parametersOf } from '../plan/scenario.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { propertyNames } from '../runner/judgement.ts';
import { backendNames, loadBackend } from '../runner/backend-registry.ts';
import { formatOption } from './options.ts';
import { palette, print } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addList(program: Command, finish: Finish): void {
  program
    .command('list')
    .description('show the scenarios, subjects, backends and properties')
    .addOption(formatOption())
    .action(async (flags: { format: 'text' | 'json' }) => {
      const listing = await collect();
      print(flags.format === 'json' ? JSON.stringify(listing, undefined, 2) : formatListing(listing));
      finish(0);
    });
}

type Listing = Awaited<ReturnType<typeof collect>>;

async function collect() {
  const catalogue = await openCatalogue(process.cwd());
  const scenarios = await Promise.all(catalogue.scenarioNames.map((name) => catalogue.loadScenario(name)));
  const subjects = await Promise.all(catalogue.subjectNames.map((name) => catalogue.loadSubject(name)));
  const backends = await Promise.all(backendNames().map(loadBackend));
  return {
    scenarios: scenarios.map((scenario) => ({
      name: scenario.name,
      summary: scenario.summary,
      parameters: scenario.parameters,
      expected: scenario.expect(parametersOf(scenario, {})),
    })),
    subjects: subjects.map(({ name, description }) => ({ name, description })),
    backends: backends.map(({ name, description, capabilities }) => ({
      name,
      description,
      capabilities: [...capabilities],
    })),
    properties: propertyNames(),
  };
}

function formatListing({ scenarios, subjects, backends, properties }: Listing): string {
  const width = Math.max(...[...scenarios, ...subjects, ...backends].map(({ name }) => name.length));
  const row = (name: string, text: string): string => `  ${name.padEnd(width)}  ${text}`;
  const lines = [palette.bold('Scenarios')];
  for (const scenario of scenarios) {
    lines.push(
      row(scenario.name, scenario.summary),
      row('', palette.dim(`expected: ${formatExpected(scenario.expected)}`)),
    );
    for (const [name, { description, default: value }] of Object.entries(scenario.parameters)) {
      lines.push(row('', palette.dim(`--set ${name}=${value ?? '…'}  ${description}`)));
    }
  }
  lines.push('', palette.bold('Subjects'), ...subjects.map(({ name, description }) => row(name, description)));
  lines.push('', palette.bold('Backends'));
  for (const { name, description, capabilities } of backends) {
    lines.push(row(name, description), row('', palette.dim(`can do: ${capabilities.join(', ')}`)));
  }
  lines.push('', palette.bold('Properties'), `  ${properties.join(', ')}`);
  return lines.join('\n');
}

function formatExpected(expected: Readonly<Record<string, boolean>>): string {
  return Object.entries(expected)
    .map(([subject, holds]) => `${subject} ${holds ? 'holds' : 'does not hold'}`)
    .join(', ');
}
