/** The rules for a single line of a history, independent of the other lines. */

export type Fields = Record<string, unknown>;

const eventTypes: readonly unknown[] = ['invoke', 'ok', 'fail', 'info'];
const operations: readonly unknown[] = ['read', 'write', 'start', 'show', 'commit', 'fault', 'watch', 'receive', 'cas'];
const phases: readonly unknown[] = ['begin', 'end'];

/** Operations that are a single event, and the type that it must have. */
export const singleTypes: ReadonlyMap<unknown, string> = new Map([
  ['show', 'ok'],
  ['commit', 'ok'],
  ['fault', 'info'],
  ['watch', 'ok'],
  ['receive', 'ok'],
]);

/** What is wrong with the fields of an event, or `undefined` if they are valid. */
export function shapeProblem(event: Fields): string | undefined {
  return (
    numberProblem('index', event.index) ??
    numberProblem('time', event.time) ??
    nameProblem('process', event.process) ??
    (event.session === undefined ? undefined : nameProblem('session', event.session)) ??
    choiceProblem('type', event.type, eventTypes) ??
    choiceProblem('f', event.f, operations) ??
    singleProblem(event) ??
    (event.f === 'watch' ? choiceProblem('phase', event.phase, phases) : undefined) ??
    keyProblem(event) ??
    eventValueProblem(event)
  );
}

/** What is wrong with a progress or a scalar, or `undefined` if it is valid. */
export function valueProblem(value: unknown): string | undefined {
  if (Array.isArray(value)) return `value must be a progress or a scalar, not ${show(value)}: only a cas has a pair`;
  if (!isObject(value)) return numberScalarProblem(value);
  const { generation, progress, status } = value;
  if (progress === undefined) return 'progress is missing from value';
  if (typeof progress !== 'number' || !(progress >= 0 && progress <= 100)) {
    return `progress must be a number from 0 to 100, not ${show(progress)}`;
  }
  if (generation !== undefined && !(Number.isSafeInteger(generation) && (generation as number) >= 1)) {
    return `generation must be an integer from 1, not ${show(generation)}`;
  }
  if (status !== undefined && typeof status !== 'string') return `status must be a string, not ${show(status)}`;
  return undefined;
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as JSON for a message, shortened if it is long. */
export function show(value: unknown): string {
  const text = stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A value nested thousands of levels deep can be parsed but not stringified. */
function stringify(value: unknown): string {
  try {
    // A value that JSON cannot represent, such as a function.
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Array.isArray(value) ? '[[…' : '{…';
  }
}

/** Two different numbers beyond 2^53 may be read as one, which would make the verdict wrong. */
function numberScalarProblem(value: unknown): string | undefined {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return undefined;
  return `value must be a number within 2^53 - 1, which JSON keeps exactly, not ${show(value)}`;
}

function numberProblem(field: string, value: unknown): string | undefined {
  if (value === undefined) return `${field} is missing`;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return undefined;
  return `${field} must be an integer from 0 to 2^53 - 1, not ${show(value)}`;
}

function nameProblem(field: string, value: unknown): string | undefined {
  if (value === undefined) return `${field} is missing`;
  if (typeof value === 'string' || Number.isSafeInteger(value)) return undefined;
  return `${field} must be a string or an integer, not ${show(value)}`;
}

function choiceProblem(field: string, value: unknown, choices: readonly unknown[]): string | undefined {
  if (value === undefined) return `${field} is missing`;
  return choices.includes(value) ? undefined : `${field} ${show(value)} is not one of ${choices.join(', ')}`;
}

function singleProblem({ f, type, process }: Fields): string | undefined {
  const expected = singleTypes.get(f);
  if (expected !== undefined && type !== expected)
    return `a ${String(f)} must have type ${expected}, not ${String(type)}`;
  if (f === 'commit' && process !== 'db') return `a commit must have process "db", not ${show(process)}`;
  return undefined;
}

function keyProblem({ f, key }: Fields): string | undefined {
  if (f === 'fault' && (key === undefined || key === null)) return undefined;
  return nameProblem('key', key);
}

function eventValueProblem({ f, type, value }: Fields): string | undefined {
  if (f === 'fault') return undefined;
  if (value === undefined)
    return needsValue(f, type) ? `value is missing: ${article(type)} ${String(f)} has one` : undefined;
  if (f !== 'cas') return valueProblem(value);
  if (value === null && type !== 'invoke') return undefined;
  if (!isScalarPair(value)) return `the value of a cas must be [from, to], two scalars, not ${show(value)}`;
  return numberScalarProblem(value[0]) ?? numberScalarProblem(value[1]);
}

function needsValue(f: unknown, type: unknown): boolean {
  if (singleTypes.has(f)) return f !== 'watch';
  return f === 'read' ? type === 'ok' : type === 'invoke' && (f === 'write' || f === 'cas');
}

function article(type: unknown): string {
  return type === 'invoke' ? 'the invoke of a' : 'a completed';
}

function isScalarPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => part === null || typeof part !== 'object');
}
