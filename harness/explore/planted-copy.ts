/** A copy of an application in which one bug is planted. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug, PlantedBugs } from '../define/define-planted.ts';
import { UsageError } from '../errors.ts';
import { itemAt } from '../required.ts';

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
    const copy = copyOf(original, folder);
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

function copyOf(original: string, folder: string): string {
  const copy = join(folder, basename(original));
  const isOwn = (path: string): boolean => !/(^|\/)(node_modules|\.[^/]+)(\/|$)/.test(relative(original, path));
  cpSync(original, copy, { recursive: true, filter: isOwn });
  for (const name of readdirSync(dirname(original))) {
    if (name !== basename(original)) symlinkSync(join(dirname(original), name), join(folder, name));
  }
  if (readdirSync(original).includes('node_modules')) {
    symlinkSync(join(original, 'node_modules'), join(copy, 'node_modules'));
  }
  return copy;
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('planted-stale', `${name}: ${(error as Error).message}`);
  }
}
