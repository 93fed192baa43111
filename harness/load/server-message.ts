/** What a command and the servers of its subject's modules tell each other. */
import type { SubjectEnvironment } from '../port/subject.ts';
import type { Waited } from '../subject/request-queue.ts';

/** In the environment of a server, as JSON. */
export const SERVER_SETTINGS = 'RATCHET_MODULE_SERVER';

export interface ServerSettings {
  /** The subject as an argument of commands, and the folder in which it is looked for. */
  subject: string;
  folder: string;
  environment: SubjectEnvironment;
  /** The stories by the number that a tab sends, from 0. */
  stories: readonly string[];
  /** How many requests the application answers at the same time; others wait. */
  inFlightMax: number;
}

/** From a server. */
export type ServerMessage =
  | { listening: number }
  | { failed: string }
  /** How long requests waited before the application got them, in milliseconds: the harness's delay. */
  | { waited: Waited };
