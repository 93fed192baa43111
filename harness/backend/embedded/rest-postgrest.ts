/** A REST layer by the user's PostgREST program: one process per server, on a UNIX socket. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentError } from '../../errors.ts';
import { PostgrestProcess } from './postgrest-process.ts';
import type { RestLayer } from '../postgres/rest-node.ts';

export interface Postgrest {
  path: string;
  version: string;
}

/**
 * The program in RATCHET_POSTGREST, otherwise `postgrest` on the PATH; undefined if neither exists.
 * @throws EnvironmentError if RATCHET_POSTGREST does not name a working program
 */
export async function findPostgrest(environment: NodeJS.ProcessEnv = process.env): Promise<Postgrest | undefined> {
  const named = environment['RATCHET_POSTGREST'];
  if (named) return probe(named);
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'postgrest');
    if (directory && (await isProgram(path))) return probe(path);
  }
  return undefined;
}

export function postgrestLayer({ path, version }: Postgrest): RestLayer {
  return {
    versions: { rest: version },
    attach: (options) => new PostgrestProcess(path, options),
  };
}

async function probe(path: string): Promise<Postgrest> {
  const hint = 'Point RATCHET_POSTGREST to a PostgREST program, or unset it to use the built-in REST layer.';
  if (!(await isProgram(path))) {
    throw new EnvironmentError(
      'embedded-postgrest-missing',
      `There is no program at ${path} (RATCHET_POSTGREST).`,
      hint,
    );
  }
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 });
    return { path, version: stdout.trim() };
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new EnvironmentError('embedded-postgrest-broken', `${path} --version failed: ${reason}`, hint, cause);
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
