/** The reports under a root: the folders that `createRunFolder` has made there. */
import { existsSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Validity } from '../checker/verdict.ts';
import { wallTime } from '../clock.ts';
import { isDead, isElsewhere, OWNER_FILE, readOwner } from '../lifetime/owner.ts';

export interface SavedReport {
  path: string;
  scenario: string;
  subject: string;
  /** When the run began, in milliseconds since 1970. */
  beganAt: number;
}

/** `<time>-<seed>`, and a number where several runs began in one millisecond. */
const FOLDER = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-\d+(\.\d+)?$/;

/** What a run and `ratchet show` write into the folder of a report. */
export const REPORT_FILES: readonly string[] = [
  'plan.json',
  'history.ndjson',
  'verdict.json',
  'report.html',
  OWNER_FILE,
].flatMap((name) => [name, `${name}.part`]);

/** All reports of a root, the newest first. A link is not followed, and other folders are not reports. */
export function findReports(root: string): SavedReport[] {
  const found = foldersIn(root).flatMap((scenario) =>
    foldersIn(join(root, scenario)).flatMap((subject) =>
      foldersIn(join(root, scenario, subject)).flatMap((name) => reportAt(root, scenario, subject, name)),
    ),
  );
  return found.toSorted((a, b) => b.beganAt - a.beganAt || (a.path < b.path ? 1 : -1));
}

function reportAt(root: string, scenario: string, subject: string, name: string): SavedReport[] {
  const path = join(root, scenario, subject, name);
  const [, year, month, day, hour, minute, second] = FOLDER.exec(name) ?? [];
  if (year === undefined || !existsSync(join(path, 'plan.json'))) return [];
  const beganAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return [{ path, scenario, subject, beganAt }];
}

function foldersIn(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** The verdict; `undefined` if the run is in progress, or its process was killed. */
export function savedVerdict({ path }: SavedReport): Validity | undefined {
  try {
    const { valid } = JSON.parse(readFileSync(join(path, 'verdict.json'), 'utf8')) as { valid?: unknown };
    return typeof valid === 'boolean' || valid === 'unknown' ? valid : undefined;
  } catch {
    return undefined;
  }
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Whether the command that writes it is running. Of a process on another host or in another container that is not known:
 * it is for a day. A report without an owner is used while it has no verdict, for a day, too.
 */
export function isInUse(report: SavedReport): boolean {
  const isYoung = wallTime().getTime() - lastWrite(report) < DAY_MS;
  const owner = readOwner(report.path);
  if (owner === undefined) return isYoung && savedVerdict(report) === undefined;
  return isElsewhere(owner) ? isYoung : !isDead(owner);
}

function lastWrite({ path, beganAt }: SavedReport): number {
  const history = statSync(join(path, 'history.ndjson'), { throwIfNoEntry: false });
  return Math.max(beganAt, history?.mtimeMs ?? 0);
}
