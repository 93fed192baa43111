/** Runs `ratchet up` as a separate process, for tests. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin/ratchet.js');

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A shell with its own temporary directory, in which only its own environments are found. */
export class Terminal {
  readonly tmp = mkdtempSync(join(tmpdir(), 'up-'));
  readonly #started: RunningUp[] = [];

  ratchet(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Outcome {
    const env = { ...process.env, TMPDIR: this.tmp, ...variables };
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: root,
      encoding: 'utf8',
      env,
    });
    return { status, stdout, stderr };
  }

  /** Starts a command; resolves to its outcome when it has ended. */
  start(
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; outcome: Promise<Outcome> } {
    const env = { ...process.env, TMPDIR: this.tmp, ...variables };
    const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const outcome = new Promise<Outcome>((resolve) =>
      child.on('close', (status) => resolve({ status, stdout, stderr })),
    );
    return { child, outcome };
  }

  /** Resolves when the environment has printed its variables. */
  async up(...args: string[]): Promise<RunningUp> {
    const child = spawn(process.execPath, [program, 'up', '-o', 'env', ...args], {
      cwd: root,
      env: { ...process.env, TMPDIR: this.tmp },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let errors = '';
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stderr.on('data', (chunk) => (errors += chunk));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        printed += chunk;
        if (/^REPLICA_DB_URLS=.*\n/m.test(printed)) resolve();
      });
      void ended.then(() => reject(new Error(errors)));
    });
    const variables = Object.fromEntries(
      [...printed.matchAll(/^([A-Z_]+)="(.*)"$/gm)].map(([, name, value]) => [name!, value!]),
    );
    const up = { child, variables, ended, errors: () => errors };
    this.#started.push(up);
    return up;
  }

  /** Kills what a failed test has left running, so that the next test starts without it. */
  async killAll(): Promise<void> {
    for (const { child, ended } of this.#started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  }

  close(): void {
    rmSync(this.tmp, { recursive: true, force: true });
  }
}

export interface RunningUp {
  child: ChildProcess;
  variables: Record<string, string>;
  ended: Promise<number | null>;
  errors(): string;
}
