/** A copy of an application in which one bug is planted. */
import {
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug, PlantedBugs } from '../define/define-planted.ts';
import { UsageError } from '../errors.ts';
import { itemAt } from '../required.ts';

/** What depends on the place of its file: modules, and migrations, which are read beside them. */
const CODE = /\.(?:[cm]?[jt]sx?|sql)$/;

export interface PlantedCopy {
  /** The path of the subject's file. */
  subject: string;
  remove(): void;
}

/**
 * Each bug has a copy of its own, since modules are loaded once for each path. Packages, and what is beside the root, are
 * linked.
 * @throws UsageError if the file does not have the text of the bug exactly once
 */
export function plant({ root, subject }: PlantedBugs, name: string, [file, ...edits]: PlantedBug): PlantedCopy {
  const original = fileURLToPath(root).replace(/\/$/, '');
  const text = edited(readText(join(original, file), name), edits, `${name}: ${file}`);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ratchet-planted-')));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = copyOf(original, folder, file);
    writeFileSync(join(copy, file), text);
    return { subject: join(copy, subject), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function edited(text: string, edits: readonly string[], where: string): string {
  let result = text;
  for (let at = 0; at < edits.length; at += 2) {
    const from = itemAt(edits, at);
    const places = result.split(from).length - 1;
    if (places !== 1) {
      const hint = 'the text that a bug replaces must occur exactly once: correct it in the table of planted bugs';
      throw new UsageError('planted-stale', `${where} has ${JSON.stringify(from)} ${places} times`, hint);
    }
    result = result.replace(from, () => itemAt(edits, at + 1));
  }
  return result;
}

/** @param file the one that will be edited */
function copyOf(original: string, folder: string, file: string): string {
  const copy = join(folder, basename(original));
  copyFolder(original, copy, join(original, file));
  for (const name of readdirSync(dirname(original))) {
    if (name !== basename(original)) symlinkSync(join(dirname(original), name), join(folder, name));
  }
  if (readdirSync(original).includes('node_modules')) {
    symlinkSync(join(original, 'node_modules'), join(copy, 'node_modules'));
  }
  return copy;
}

/**
 * Without packages and hidden files. A folder in which no file is code is linked: copying is most of what a short hunt
 * costs.
 */
function copyFolder(from: string, to: string, edited: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (isLeftOut(entry.name)) continue;
    if (entry.isFile()) copyFileSync(source, target, constants.COPYFILE_FICLONE);
    else if (entry.isSymbolicLink()) symlinkSync(resolve(from, readlinkSync(source)), target);
    else if (edited.startsWith(source + sep) || holdsCode(source)) copyFolder(source, target, edited);
    else symlinkSync(source, target);
  }
}

function isLeftOut(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

function holdsCode(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (isLeftOut(entry.name)) return false;
    return entry.isDirectory() ? holdsCode(join(folder, entry.name)) : CODE.test(entry.name);
  });
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('planted-stale', `${name}: ${(error as Error).message}`);
  }
}
