/** The watchdog of a remote target: a small process that outlives this one, and cleans up if this one is killed. */
import { spawnDetached } from '../../lifetime/detached-process.ts';
import type postgres from 'postgres';

/** A cleanup of the target: an HTTP request or an SQL query. */
export type TargetCleanup =
  | { request: { url: string; method: string; headers: Record<string, string> } }
  | { query: { connection: postgres.Options<{}>; sql: string } };

export interface Watchdog {
  add(cleanup: TargetCleanup): void;
  /** Ends the watchdog when everything is cleaned up. Resolves when it has been told. */
  dismiss(): Promise<void>;
}

/**
 * Reads cleanups, one JSON line each, until the pipe is closed; `"done"` as the last line means that nothing is to be
 * cleaned up. Keys are passed only through the pipe, so that no process list shows them.
 */
const SCRIPT = `
import { createInterface } from 'node:readline';
const cleanups = [];
for await (const line of createInterface({ input: process.stdin })) {
  const cleanup = JSON.parse(line);
  if (cleanup === 'done') process.exit(0);
  cleanups.push(cleanup);
}
setTimeout(() => process.exit(1), 60_000);
async function run({ request, query, driver }) {
  if (request) return void await fetch(request.url, { ...request, redirect: 'manual' });
  const { default: postgres } = await import(driver);
  await postgres(query.connection).unsafe(query.sql);
}
await Promise.allSettled(cleanups.map(run));
process.exit(0);
`;

export function startWatchdog(): Watchdog {
  const child = spawnDetached(process.execPath, ['--input-type=module', '-e', SCRIPT], {});
  const driver = import.meta.resolve('postgres');
  return {
    add: (cleanup) => void child.stdin.write(`${JSON.stringify({ ...cleanup, driver })}\n`),
    dismiss: () =>
      new Promise((resolve) => {
        if (child.stdin.destroyed) return resolve();
        child.stdin.once('close', resolve);
        child.stdin.end('"done"\n');
      }),
  };
}
