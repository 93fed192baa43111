/** Runs `ratchet watch` as a separate process, for tests. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { expect, vi } from 'vitest';
import { program } from './ratchet.test-support.ts';

const LIMIT_MS = 30_000;

export interface RunningCanary {
  child: ChildProcessWithoutNullStreams;
  output(): string;
  errors(): string;
  /** Resolves when the output has this text. */
  says(text: string | RegExp): Promise<void>;
  /** Sends a signal, and resolves to the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Each session polls every 100 ms. */
export function startCanary(args: readonly string[], cwd: string, env: Record<string, string> = {}): RunningCanary {
  const all = ['watch', '--every', '100ms', '--rate', '100', ...args];
  const child = spawn(process.execPath, [program, ...all], { cwd, env: { ...process.env, NO_COLOR: '1', ...env } });
  const [output, errors] = [child.stdout, child.stderr].map((stream) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return () => text;
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return {
    child,
    output: output!,
    errors: errors!,
    says: (text) =>
      vi.waitFor(() => {
        const said = output!() + errors!();
        if (typeof text === 'string') expect(said).toContain(text);
        else expect(said).toMatch(text);
      }, LIMIT_MS),
    async end(signal = 'SIGINT') {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
