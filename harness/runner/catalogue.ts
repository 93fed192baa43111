/** Finds the scenarios and subjects that `ratchet.config.ts` names, and loads them. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type RatchetConfig } from '../define/define-config.ts';
import { definePlanted, type PlantedBugs } from '../define/define-planted.ts';
import { defineScenario } from '../define/define-scenario.ts';
import { defineSubject } from '../define/define-subject.ts';
import { isUsageError, UsageError } from '../errors.ts';
import { importUserModule } from '../loader/user-modules.ts';
import type { Scenario } from '../plan/scenario.ts';
import type { Subject } from '../port/subject.ts';
import { shortPath } from '../short-path.ts';
import { suggestionOf } from '../suggestion.ts';

export interface Catalogue {
  /** The folder of the config; without one, that in which its search started. */
  readonly projectFolder: string;
  readonly scenarioNames: readonly string[];
  readonly subjectNames: readonly string[];
  /** Absolute paths, in the order of the config. */
  readonly scenarioFolders: readonly string[];
  /** The subject that the config names. */
  readonly subjectOfConfig: string | undefined;
  /** @throws UsageError if the config names no subject */
  defaultSubject(): string;
  /** @throws UsageError for an unknown name, or a file whose export is missing or not a scenario */
  loadScenario(name: string): Promise<Scenario>;
  /**
   * @param name a name of the catalogue, or the path of a file that exports a `subject`
   * @throws UsageError for an unknown name, or a file whose export is missing or not a subject
   */
  loadSubject(name: string): Promise<Subject>;
  /**
   * All planted bugs of the config, file by file.
   * @throws UsageError for a file whose export is missing or not planted bugs
   */
  loadPlanted(): Promise<PlantedBugs[]>;
}

/** Ratchet's own scenarios, beside the harness in a checkout and in the published package. */
const OWN_SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));

const CONFIG_NAMES = ['ratchet.config.ts', 'ratchet.config.js'];

/** @param from the folder where the search for the config starts; it continues in the parent folders */
export async function openCatalogue(from: string): Promise<Catalogue> {
  const file = findConfig(from);
  const config: RatchetConfig = file === undefined ? {} : await loadExport(file, 'config', defineConfig);
  const base = file === undefined ? from : dirname(file);
  const scenarios = await listFiles(base, [OWN_SCENARIOS, ...(config.scenarios ?? [])], sourceEntry);
  const subjects = await listFiles(base, config.subjects ?? [], subjectEntry);
  const planted = await listFiles(base, config.planted ?? [], sourceEntry);
  return {
    projectFolder: resolve(base),
    scenarioNames: [...scenarios.keys()].sort(),
    subjectNames: [...subjects.keys()].sort(),
    scenarioFolders: (config.scenarios ?? []).map((folder) => resolve(base, folder)),
    subjectOfConfig: config.subject,
    defaultSubject() {
      if (config.subject !== undefined) return config.subject;
      throw new UsageError(
        'subject-missing',
        'no subject was given',
        'name the application to test with --subject, or as `subject` in ratchet.config.ts',
      );
    },
    async loadScenario(name) {
      const path = scenarios.get(name);
      if (path === undefined) throw unknown('scenario', name, [...scenarios.keys()], file);
      return loadExport(path, 'scenario', defineScenario);
    },
    async loadSubject(name) {
      const path = subjects.get(name) ?? (looksLikePath(name) ? resolve(from, name) : undefined);
      if (path === undefined) throw unknown('subject', name, [...subjects.keys()], file);
      return loadExport(path, 'subject', defineSubject);
    },
    loadPlanted: () => Promise.all([...planted.values()].map((path) => loadExport(path, 'planted', definePlanted))),
  };
}

function findConfig(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = CONFIG_NAMES.map((name) => join(folder, name)).find(existsSync);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

async function listFiles(
  base: string,
  folders: readonly string[],
  entry: (folder: string, name: string) => [name: string, path: string] | undefined,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders.map((each) => resolve(base, each))) {
    const names = await readdir(folder).catch(() => {
      throw new UsageError(
        'config-invalid',
        `${folder}: no such folder`,
        'it is named in the ratchet.config of this project',
      );
    });
    for (const name of names.sort()) {
      const item = entry(folder, name);
      if (item !== undefined) found.set(...item);
    }
  }
  return found;
}

function sourceEntry(folder: string, name: string): [string, string] | undefined {
  return /^(?!index\.|.*\.(test|case|d)\.).*\.[jt]s$/.test(name)
    ? [basename(name).replace(/\.[jt]s$/, ''), join(folder, name)]
    : undefined;
}

function subjectEntry(folder: string, name: string): [string, string] | undefined {
  const path = ['subject.ts', 'subject.js'].map((file) => join(folder, name, file)).find(existsSync);
  return path === undefined ? undefined : [name, path];
}

function looksLikePath(name: string): boolean {
  return /[/\\]|\.[jt]s$/.test(name);
}

/**
 * The export of that name, or the default export.
 * @param define checks the value, even if the file has not called it
 */
async function loadExport<T>(path: string, name: string, define: (value: T) => T): Promise<T> {
  const module = await importUserModule(path);
  const value = module[name] ?? module['default'];
  if (value === undefined || value === null) {
    const hint = `write \`export const ${name} = …\` or \`export default …\``;
    throw new UsageError('module-broken', `${shortPath(path)}: exports no \`${name}\``, hint);
  }
  try {
    return define(value as T);
  } catch (error) {
    throw inFile(path, error);
  }
}

function inFile(path: string, error: unknown): unknown {
  return isUsageError(error) ? new UsageError(error.code, `${shortPath(path)}: ${error.message}`, error.hint) : error;
}

function unknown(what: string, name: string, known: readonly string[], config: string | undefined): UsageError {
  const hint =
    known.length > 0
      ? suggestionOf(name, [...known].sort())
      : `${config === undefined ? 'no ratchet.config.ts was found' : `${config} names no ${what}s`}`;
  return new UsageError(`${what}-unknown`, `no ${what} is called "${name}"`, hint);
}
