/** Finds k6: by RATCHET_K6, on the PATH, or where `npm run k6:install` has put it. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EnvironmentError, UsageError } from '../errors.ts';

export const K6_VERSION = '1.8.1';
/** Where `npm run k6:install` puts the program, in the folder of a project. */
export const K6_FOLDER: string = join('node_modules', '.cache', 'ratchet-k6');

/** @throws UsageError if RATCHET_K6 names no program; EnvironmentError if there is none */
export function findK6(folder: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['RATCHET_K6'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new UsageError('k6-missing', `RATCHET_K6 is ${named}, which is no program`, 'let it be the path of k6');
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((each) => each !== '');
  const found = [...folders, join(folder, K6_FOLDER)].map((each) => join(each, 'k6')).find(isProgram);
  if (found !== undefined) return found;
  const hint = `install it (https://grafana.com/docs/k6), build it where Go is (go install go.k6.io/k6@v${K6_VERSION}), or let RATCHET_K6 be its path`;
  throw new EnvironmentError('k6-missing', 'k6, which drives the tabs, was not found on the PATH', hint);
}

function isProgram(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
