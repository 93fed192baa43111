/**
 * Measures the checkers: medians over several rounds of CPU time, which on an idle machine equals wall time, and ratios
 * to JSON.parse, with which the measurements alternate. Prints a table and writes it as JSON.
 * `npm run bench -- [ROUNDS]`
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linearizable } from '../harness/checker/linearizable.ts';
import { monotonicReads } from '../harness/checker/monotonic-reads.ts';
import { monotonicView } from '../harness/checker/monotonic-view.ts';
import { readYourWrites } from '../harness/checker/read-your-writes.ts';
import type { Checker } from '../harness/checker/findings.ts';
import { HistoryColumns } from '../harness/history/columns.ts';
import { HistoryReader } from '../harness/history/reader.ts';
import { registerHistory, serviceHistory } from './histories.ts';

interface Measure {
  measure: string;
  value: number;
  target: number;
  unit: string;
}

const rounds = Number(process.argv[2] ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
const report = join(root, 'reports', 'bench.json');

try {
  const rows = [...inMemory(), ...wholeProcess(), ...registers()];
  for (const { measure, value, target, unit } of rows) {
    const text = `${value < 10 ? value.toFixed(2) : Math.round(value)} ${unit}`;
    console.log(
      `${value <= target ? '✓' : '✗'} ${measure.padEnd(70)} ${text.padStart(9)}   target ≤ ${target} ${unit}`,
    );
  }
  mkdirSync(join(root, 'reports'), { recursive: true });
  writeFileSync(report, `${JSON.stringify({ node: process.version, rounds, measures: rows }, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function inMemory(): Measure[] {
  const monotonic = [monotonicView, monotonicReads, readYourWrites];
  const judge = (events: number): (() => number) => {
    const history = read(serviceHistory(events));
    return () => timed(history, monotonic);
  };
  const { whole, growth } = alternating(judge(1_000_000), judge(500_000));
  return [
    { measure: 'the three monotonic properties, 1,000,000 events in memory', value: whole, target: 15, unit: 'ms' },
    { measure: 'the same, twice the events', value: growth, target: 2.3, unit: '×' },
  ];
}

function wholeProcess(): Measure[] {
  const [whole, half] = [write('whole', 1_000_000), write('half', 500_000)];
  check(whole);
  const turns = Array.from({ length: rounds }, () => ({ check: check(whole), half: check(half), parse: parse(whole) }));
  const middle = (of: (turn: (typeof turns)[number]) => number): number => median(turns.map(of));
  const name = 'ratchet check, 1,000,000 events, all properties';
  return [
    {
      measure: `${name}: to reading and parsing the lines`,
      value: middle((turn) => turn.check.cpuMs / turn.parse.cpuMs),
      target: 1.5,
      unit: '×',
    },
    {
      measure: '… to JSON.parse of the lines alone',
      value: middle((turn) => turn.check.cpuMs / turn.parse.parseMs),
      target: 1.5,
      unit: '×',
    },
    {
      measure: '… in wall time, to reading and parsing',
      value: middle((turn) => turn.check.wallMs / turn.parse.wallMs),
      target: 1.5,
      unit: '×',
    },
    { measure: '… its peak memory', value: middle((turn) => turn.check.peakMb), target: 500, unit: 'MB' },
    {
      measure: '… twice the events',
      value: middle((turn) => turn.check.cpuMs / turn.half.cpuMs),
      target: 2.3,
      unit: '×',
    },
  ];
}

function registers(): Measure[] {
  const judge = (operations: number, keys: number): (() => number) => {
    const history = read(registerHistory(operations, keys));
    // The first checker numbers the values, so each round starts with new columns.
    return () => timed(new HistoryColumns({ ...history, columns: history }), [linearizable]);
  };
  const { whole: one, growth } = alternating(judge(100_000, 1), judge(50_000, 1));
  const judgeMany = judge(1_000_000, 1000);
  const many = median(Array.from({ length: rounds }, judgeMany));
  return [
    { measure: 'linearizable, 100,000 operations on one key, 8 processes', value: one, target: 200, unit: 'ms' },
    { measure: '… twice the operations', value: growth, target: 2.3, unit: '×' },
    { measure: 'linearizable, 1,000,000 operations on 1,000 keys', value: many, target: 1000, unit: 'ms' },
  ];
}

/** Milliseconds of the first, and its ratio to the second: medians of alternating rounds, after two to warm up. */
function alternating(first: () => number, second: () => number): { whole: number; growth: number } {
  const turns = Array.from({ length: rounds * 3 + 2 }, () => ({ whole: first(), half: second() })).slice(2);
  return {
    whole: median(turns.map(({ whole }) => whole)),
    growth: median(turns.map(({ whole, half }) => whole / half)),
  };
}

/** Milliseconds of all checkers together. */
function timed(history: HistoryColumns, checkers: readonly Checker[]): number {
  const began = process.cpuUsage();
  for (const checker of checkers) {
    const { valid } = checker(history, {}).verdict();
    if (valid !== true) throw new Error(`the history of the benchmark must be valid, but is: ${String(valid)}`);
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function read(chunks: Iterable<Buffer>): HistoryColumns {
  const reader = new HistoryReader('bench');
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

function write(name: string, events: number): string {
  const file = join(folder, `${name}.ndjson`);
  const handle = openSync(file, 'w');
  for (const chunk of serviceHistory(events)) writeSync(handle, chunk);
  closeSync(handle);
  return file;
}

interface ProcessUsage {
  cpuMs: number;
  wallMs: number;
  peakMb: number;
  stdout: string;
}

function check(file: string): ProcessUsage {
  return run(join(root, 'bin/ratchet.js'), 'check', file);
}

function parse(file: string): ProcessUsage & { parseMs: number } {
  const usage = run(join(root, 'bench/parse-lines.ts'), file);
  return { ...usage, parseMs: (JSON.parse(usage.stdout) as { parse_cpu_ms: number }).parse_cpu_ms };
}

function run(...args: string[]): ProcessUsage {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', join(root, 'bench/process-usage.ts'), ...args],
    {
      encoding: 'utf8',
    },
  );
  const wallMs = performance.now() - began;
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`);
  const { cpu_ms: cpuMs, peak_mb: peakMb } = JSON.parse(stderr.trim().split('\n').at(-1)!) as {
    cpu_ms: number;
    peak_mb: number;
  };
  return { cpuMs, wallMs, peakMb, stdout };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
