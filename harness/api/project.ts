/** The application under test and the scenarios of a project, from the options of the package's functions. */
import { defineSubject } from '../define/define-subject.ts';
import type { Reporter } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';

export interface ProjectOptions {
  /** The application under test: a name, the path of a file, or a value. Default: that of `ratchet.config.ts`. */
  subject?: string | Subject;
  /** The folder from which `ratchet.config.ts` is searched upwards. Default: the working directory. */
  folder?: string;
  /** The folder for the plan, history and verdict of each run. Default: `reports` in the working directory. */
  report?: string;
  /** The properties to judge, instead of those of the plans. */
  properties?: readonly string[];
  /** Receives reports as they happen. If it throws, the call rejects. */
  reporter?: Reporter;
  /** Stops the call, which returns the results so far. */
  signal?: AbortSignal;
}

export interface Project {
  catalogue: Catalogue;
  subject: Subject;
  /** The subject as an argument of commands: its name, or the path of its file. */
  subjectAs: string;
  /** The folder in which the catalogue was opened. */
  folder: string;
  /** The subject was given by its name or file, so that a thread can load it. */
  isNamed: boolean;
}

/** @throws UsageError for an invalid config or subject, or an unknown name */
export async function openProject(options: Pick<ProjectOptions, 'subject' | 'folder'>): Promise<Project> {
  const { subject, folder = process.cwd() } = options;
  const catalogue = await openCatalogue(folder);
  if (typeof subject === 'object') {
    return { catalogue, subject: defineSubject(subject), subjectAs: subject.name, folder, isNamed: false };
  }
  const subjectAs = subject ?? catalogue.defaultSubject();
  return { catalogue, subject: await catalogue.loadSubject(subjectAs), subjectAs, folder, isNamed: true };
}
