/** What the tabs of a load measured, in lines. */
import type { LoadSlice, LoadSummary, Percentiles } from '../port/load.ts';

export function describeLoad(load: LoadSummary): string[] {
  const { profile, polls, pollsPerSecond, durationMs, tabs, latencyMs, failed, failures } = load;
  const rate = `${grouped(polls)} polls in ${seconds(durationMs)}, ${Math.round(pollsPerSecond)} per second, by ${tabs} tabs`;
  const reasons = failures.map(({ reason, count }) => `${grouped(count)} × ${reason.slice(0, REASON_LENGTH)}`);
  return [
    `load:    ${profile}: ${rate}`,
    `latency: ${percentilesText(latencyMs)}${harnessText(load)}`,
    ...(failed === 0 ? [] : [`failed:  ${grouped(failed)} polls without a progress: ${reasons.join('; ')}`]),
    ...reversionLines(load),
    ...load.crossed.map((threshold) => `crossed: ${threshold}`),
  ];
}

/** One line for each slice of time. */
export function describeSlices({ slices }: LoadSummary): string[] {
  const header = ['from', 'tabs', 'polls/s', 'p50', 'p95', 'p99', 'failed', 'reversions'];
  const rows = [header, ...slices.map(sliceCells)];
  const widths = header.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padStart(widths[at]!)).join('  ')}`);
}

/** A slice in a sentence, where there is no table. */
export function describeSlice(slice: LoadSlice): string {
  const { fromMs, toMs, tabs, pollsPerSecond, failed, reversions } = slice;
  const counts = [failed > 0 ? `${failed} failed` : '', reversions > 0 ? `${reversions} went back` : ''].filter(
    Boolean,
  );
  const when = `${seconds(fromMs)} to ${seconds(toMs)}`;
  return [
    `${when}: ${tabs} tabs, ${Math.round(pollsPerSecond)} polls per second`,
    percentilesText(slice),
    ...counts,
  ].join(', ');
}

const REASON_LENGTH = 120;

function sliceCells(slice: LoadSlice): string[] {
  const { fromMs, tabs, pollsPerSecond, p50, p95, p99, failed, reversions } = slice;
  const times = [p50, p95, p99].map(milliseconds);
  return [
    seconds(fromMs),
    String(tabs),
    String(Math.round(pollsPerSecond)),
    ...times,
    String(failed),
    String(reversions),
  ];
}

function reversionLines({ reversions, firstReversion, clockUncertaintyMs }: LoadSummary): string[] {
  const clocks = `clocks:  compared with those of the tabs to ±${milliseconds(clockUncertaintyMs)}`;
  if (firstReversion === undefined) return [clocks];
  const { atMs, tabs, pollsPerSecond } = firstReversion;
  const when = `at ${seconds(atMs)} with ${tabs} tabs and ${pollsPerSecond} polls per second`;
  return [`back:    ${grouped(reversions)} polls were answered with an older progress, first ${when}`, clocks];
}

/** The part of the latency that is not the application's. */
function harnessText({ supabaseMs, harness }: LoadSummary): string {
  const parts = [
    ...(supabaseMs === undefined ? [] : [`of each request to Supabase ${percentilesText(supabaseMs)}`]),
    ...(harness === undefined ? [] : [`the harness was late by ${percentilesText(harness.eventLoopMs)}`]),
    ...(harness !== undefined && harness.queuedMs.max > 0
      ? [
          `requests waited ${milliseconds(harness.queuedMs.mean)} for the application, at most ${milliseconds(harness.queuedMs.max)}`,
        ]
      : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`;
}

function percentilesText({ p50, p95, p99 }: Percentiles): string {
  return `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}, p99 ${milliseconds(p99)}`;
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1e3).toFixed(0)} s`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
