/** The application under test and the scenarios of a project, as the functions of the package are told of them. */
import { defineSubject } from '../define/define-subject.ts';
import type { Reporter } from '../port/reporter.ts';
import type { Subject } from '../port/subject.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';

export interface ProjectOptions {
  /** The application under test: its name, the path of its file, or itself; that of `ratchet.config.ts`. */
  subject?: string | Subject;
  /** Where the search for `ratchet.config.ts` starts, upwards; the working directory. */
  folder?: string;
  /** The folder where each run leaves its plan, history and verdict; `reports`, in the working directory. */
  report?: string;
  /** What to judge, instead of what the plans say. */
  properties?: readonly string[];
  /** Told of everything as it happens. What it throws ends the call. */
  reporter?: Reporter;
  /** Stops what is in progress; what was judged until then is returned. */
  signal?: AbortSignal;
}

export interface Project {
  catalogue: Catalogue;
  subject: Subject;
  /** How commands name the subject: its name, or the path of its file. */
  subjectAs: string;
  /** Where the catalogue was looked for. */
  folder: string;
}

/** @throws UsageError for a config, a subject or a name that is not one */
export async function openProject(options: Pick<ProjectOptions, 'subject' | 'folder'>): Promise<Project> {
  const { subject, folder = process.cwd() } = options;
  const catalogue = await openCatalogue(folder);
  if (typeof subject === 'object') {
    return { catalogue, subject: defineSubject(subject), subjectAs: subject.name, folder };
  }
  const subjectAs = subject ?? catalogue.defaultSubject();
  return { catalogue, subject: await catalogue.loadSubject(subjectAs), subjectAs, folder };
}
