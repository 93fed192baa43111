/** What long work shows on a terminal: which part is running, of how many, how fast, and how long the rest takes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program, root, runRatchet } from './ratchet.test-support.ts';

let folder: string;
let history: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-progress-'));
  history = join(folder, 'history.ndjson');
  const event = { process: 'tab', type: 'ok', f: 'show', key: 'story-1', value: { progress: 1 } };
  const lines = Array.from({ length: 40_000 }, (_, index) => JSON.stringify({ index, time: index, ...event }));
  writeFileSync(history, `${lines.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that the command writes to a terminal, one message a line. */
function onTerminal(args: readonly string[]): string {
  const words = [process.execPath, program, ...args];
  const command =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', ...words]
      : ['-qec', `stty cols 400; ${words.map((word) => `'${word}'`).join(' ')}`, '/dev/null'];
  return spawnSync('script', command, { cwd: root, encoding: 'utf8' }).stdout.replaceAll('\u001B[K', '\n');
}

const inMemory = ['--subject', 'legacy', '--backend', 'simulated', '--report'];
const verbs: [verb: string, args: () => string[], shown: RegExp][] = [
  [
    'run',
    () => ['run', 'restart', '--runs', '4', ...inMemory, folder],
    /^run 3 of 4, [\d.]+ runs\/s, .* s left: restart · legacy · simulated · seed 3 {2}starting$/m,
  ],
  [
    'replay',
    () => ['replay', join(folder, 'latest/plan.json'), '--runs', '4', ...inMemory, folder],
    /^run 3 of 4, [\d.]+ runs\/s, .* s left: restart · legacy · simulated · seed 4 {2}starting$/m,
  ],
  [
    'explore --exhaustive',
    () => ['explore', 'one-tab', '--exhaustive', '1', '--subject', 'guarded', '--workers', '1', '--report', folder],
    /^one-tab · guarded {2}trying {2}\d+ plans with one deviation, [\d.]+ plans\/s$/m,
  ],
  [
    'matrix --planted',
    () => ['matrix', '--planted', 'clip-may-shrink', '--runs', '100', '--report', folder],
    /^bug 1 of 1: clip-may-shrink {2}(searching|shrinking), \d+ plans$/m,
  ],
  [
    'matrix',
    () => ['matrix', 'restart', 'late-event', '--subject', 'legacy', '--subject', 'guarded', '--report', folder],
    /^subject 2 of 2, run 2 of 2, [\d.]+ runs\/s, .* s left: late-event · guarded/m,
  ],
  [
    'limits',
    () => ['limits', 'lagging-replica', '--vary', 'lag_ms', '--runs', '2', ...inMemory, folder],
    /^value 2, lag_ms = \d+: run 2 of 2, [\d.]+ runs\/s, .* s left: lagging-replica/m,
  ],
  [
    'explore',
    () => ['explore', 'clock-skew', '--subject', 'guarded', '--runs', '200', '--workers', '1'],
    /^clock-skew · guarded · seed 1 {2}searching {2}\d+ of 200 plans, [\d.]+ plans\/s, .* s left, \d+ kinds of deviations$/m,
  ],
  [
    'explore --time',
    () => ['explore', 'clock-skew', '--subject', 'guarded', '--time', '3s', '--workers', '1'],
    /^clock-skew · guarded · seed 1 {2}searching {2}\d+ plans, [\d.]+ plans\/s, (2|1|less than 1) s left, /m,
  ],
  [
    'check',
    () => ['check', history, history],
    /^file 2 of 2: reading \S+history\.ndjson: \d+ of 5 MB, [\d.]+ MB\/s, .* s left$[^]*^file 2 of 2: judging \S+: 40000 events$/m,
  ],
];

it.each(verbs)('%s tells how far it is, on a terminal only', { timeout: 120_000 }, (_, args, shown) => {
  expect(onTerminal(args())).toMatch(shown);
  expect(runRatchet(args()).stderr).toBe('');
});
