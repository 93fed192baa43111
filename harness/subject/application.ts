/** How Ratchet reaches an application: made by `modules`, `command` or `url`, and completed by `defineSubject`. */
import type { AppInstance, Subject, SubjectCapability, SubjectEnvironment } from '../port/subject.ts';
import type { Routes } from './routes.ts';

export interface Application {
  readonly kind: 'modules' | 'command' | 'url';
  /** A name for the application, if the subject has none: of its folder or host. */
  readonly name: string;
  /** Paths of migrations and seeds are relative to it. Absolute. */
  readonly folder: string;
  readonly capabilities: readonly SubjectCapability[];
  /** See `Subject.runsAt`. */
  readonly runsAt?: string;
  /** See `Subject.isServer`. */
  readonly isServer?: true;
  /** The application's own functions may take the place of routes. */
  readonly hasFunctions?: true;
  createInstance(environment: SubjectEnvironment, rows: KeyedRows, routes: Routes): Promise<AppInstance>;
}

/** What an adapter knows of the rows of its stories. */
export type KeyedRows = Pick<Subject, 'keyOf' | 'tracked'>;
