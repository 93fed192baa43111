/**
 * docs/FINDINGS.md is measured anew and compared: what the remedy of WORKSPACE_FIXES.md does not withstand, in virtual time,
 * so that it is the same on every machine. `npx vitest run scripts/findings.test.ts -u` writes it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { findLimit } from '../harness/api/find-limit.ts';
import { run } from '../harness/index.ts';
import { limitSentence } from '../harness/report/limit-text.ts';
import { addCosts, costsOf, noSamples } from '../harness/runner/run-costs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = mkdtempSync(join(tmpdir(), 'ratchet-findings-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));
const options = { backend: 'simulated', subject: 'workspace-fix', folder: root, report };

/** The sentence of the limit, and the command that measures it. */
async function limit(scenario: string, vary: string, to: number): Promise<string> {
  const results = await findLimit({ ...options, scenario, vary, to });
  const command = `ratchet limits ${scenario} --vary ${vary} --to ${to} --subject workspace-fix`;
  return `${limitSentence(results, 'workspace-fix')}.\n\n\`${command}\``;
}

/** The violation of a scenario, and the command that shows it. */
async function violation(scenario: string, subject: string = options.subject): Promise<string> {
  const { runs } = await run({ ...options, subject, scenarios: [scenario], regressions: false });
  const violated = runs[0]!.verdicts.find(({ valid }) => valid === false)!;
  const command = `ratchet run ${scenario} --subject ${subject} --backend simulated`;
  return `${violated.property} is violated: ${violated.violations[0]!.sentence}.\n\n\`${command}\``;
}

/** How long the slowest poll took. */
async function slowestPoll(scenario: string, parameters: Readonly<Record<string, number>>): Promise<string> {
  const samples = noSamples();
  const { runs } = await run({ ...options, scenarios: [scenario], parameters, regressions: false });
  for (const { history } of runs) addCosts(samples, history.events);
  const { p99 } = costsOf(samples)!.pollMs;
  const reads = runs[0]!.history.events.filter(({ f, type }) => f === 'read' && type === 'ok');
  const attempts = Math.max(...reads.map((read) => Number(read['attempts'] ?? 1)));
  const set = Object.entries(parameters).map(([name, value]) => ` --set ${name}=${value}`);
  const command = `ratchet run ${scenario}${set.join('')} --subject workspace-fix --backend simulated`;
  return `The slowest poll took ${(p99 / 1e3).toFixed(1)} s and made ${attempts} requests.\n\n\`${command}\``;
}

it('the findings are what is measured today', { timeout: 240_000 }, async () => {
  const findings: [title: string, text: string, measured: string][] = [
    [
      'The retry budget',
      'A lag that lasts longer than the three retries is shown, as without a remedy.',
      await limit('lagging-replica', 'lag_ms', 10_000),
    ],
    [
      'No expectation',
      'A tab that has seen nothing, because it was reloaded or is another device, has nothing to compare with.',
      await limit('other-device', 'lag_ms', 10_000),
    ],
    [
      'A legitimate restart',
      'The page still expects the progress of the generation before, and every poll uses up the retries.',
      await violation('restart'),
    ],
    [
      'A fresh client',
      'A new client reaches the same load balancer, and the same replica. Every retry is one more request to it.',
      await slowestPoll('lagging-replica', { lag_ms: 5_000 }),
    ],
    [
      'The verification read',
      'The service reads back each update, maybe from a replica that lags, and only logs a difference. One that repeats the update writes over newer ones.',
      await violation('verify-then-rewrite', 'fixtures/planted/verify-then-rewrite/subject.ts'),
    ],
    [
      'Stacked retries',
      'supabase-js repeats a read that is answered 503, and the route repeats what supabase-js gives up on.',
      await slowestPoll('error-as-zero', { outage_ms: 20_000, status: 503 }),
    ],
    [
      'Ambiguous writes',
      'A write that was applied is repeated, because its response was lost, after a newer one.',
      await violation('ambiguous-write'),
    ],
    [
      'Answers out of order',
      'Slow polls overtake each other, and a page that shows what arrives last goes back.',
      await limit('overtaken-poll', 'delay_ms', 5_000),
    ],
    [
      'Other writers',
      'A single client for each process says nothing about the workers of other processes, nor about a proxy that delivers late.',
      await violation('late-event'),
    ],
    [
      'Caches',
      'Each retry, with a fresh client too, may get the same copy of an earlier answer.',
      await violation('data-cache'),
    ],
  ];
  const sections = findings.map(([title, text, measured], at) => `## ${at + 1}. ${title}\n\n${text}\n\n${measured}`);
  const page = ['# Where the remedy stops working', INTRODUCTION, ...sections].join('\n\n');
  await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/FINDINGS.md'));
});

const INTRODUCTION = `\`workspace-fix\` is the remedy of WORKSPACE_FIXES.md: one managed client, an expected progress with three retries, and a read
that verifies each write. This is what it does not withstand, measured in simulation; a test measures it again.`;
