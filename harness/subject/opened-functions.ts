/** Checks what the function `open` of a user has returned. */
import { UsageError } from '../errors.ts';
import type { AppInstance } from '../port/subject.ts';
import type { LoadModule } from './module-loader.ts';
import type { AppFunctions } from './route-modules.ts';

const FUNCTIONS = ['status', 'generate', 'close'] as const;

/** @throws UsageError if it is no function, or returns other values than functions */
export async function openedBy<Functions extends AppFunctions>(
  open: (load: LoadModule) => Promise<Functions>,
  load: LoadModule,
): Promise<Functions> {
  if (typeof open !== 'function') throw invalid(`open must be a function, not ${typeof open}`);
  const opened: unknown = await open(load);
  if (typeof opened !== 'object' || opened === null) throw invalid(`open returned ${opened ?? 'nothing'}`);
  const functions = opened as Functions;
  const wrong = FUNCTIONS.find((name) => !['function', 'undefined'].includes(typeof functions[name]));
  if (wrong !== undefined) throw invalid(`open returned a ${wrong} that is not a function`);
  return functions;
}

/** @throws UsageError if a function is missing for which no route module stands in */
export function requireFunctions(functions: AppFunctions): AppInstance {
  const missing = (['status', 'generate'] as const).filter((name) => functions[name] === undefined);
  if (missing.length > 0) throw invalid(`open returned no ${missing.join(' and no ')}`);
  return functions as AppInstance;
}

function invalid(problem: string): UsageError {
  const hint = 'it must return { status, generate }, which answer a status request and run a generation';
  return new UsageError('subject-invalid', `the subject's ${problem}`, hint);
}
