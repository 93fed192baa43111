/** Runs the command `ratchet` in projects that a test has written down, each in a new folder. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { program } from './ratchet.test-support.ts';

/** Path → text. */
export type Files = Readonly<Record<string, string>>;

interface Outcome {
  status: number | null;
  stdout: string;
  /** Of standard error. */
  lines: string[];
}

export class Projects {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ratchet-projects-'));
  #count = 0;

  /** The folder of the project is PROJECT in the lines. */
  ratchet(files: Files, args: readonly string[]): Outcome {
    const project = join(this.#folder, `project-${++this.#count}`);
    for (const [path, text] of Object.entries({ 'package.json': '{}', ...files })) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: project,
      encoding: 'utf8',
    });
    return { status, stdout, lines: stderr.replaceAll(project, 'PROJECT').trimEnd().split('\n') };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
