/** Finds the key of a value: the only register, or one of Jepsen's independent keys, whose values are `[key value]`. */
import { isObject, show } from '../../event-shape.ts';
import type { Plain } from './edn-value.ts';
import type { JepsenOp } from './jepsen-op.ts';
import { SyntaxProblem } from '../problem.ts';

/** The key in a history without keys. */
export const ONLY_KEY = 'register';

/**
 * A register holds scalars, so a value that is a vector means that the history has independent keys. The value of a cas
 * is itself a pair `[from to]`, so it has a key only if its second item is a vector.
 */
export class JepsenValues {
  /** The first operation whose value is a tuple. */
  readonly #tuple: JepsenOp | undefined;
  /** By process: the key of its last invoke. */
  readonly #keys = new Map<Plain | undefined, Plain>();

  constructor(operations: readonly JepsenOp[]) {
    this.#tuple = operations.find(isTuple);
  }

  /** @throws SyntaxProblem */
  resolve(
    op: JepsenOp,
    process: Plain | undefined,
    f: unknown,
    type: unknown,
  ): { key: Plain; value: Plain | undefined } {
    const [key, value] = this.#split(op, process, type);
    if (type === 'invoke') this.#keys.set(process, key);
    const resolved = valueOrMissing(value, f, type);
    const problem = valueProblem(resolved);
    if (problem !== undefined) throw new SyntaxProblem(op.line, problem);
    return { key, value: resolved };
  }

  #split({ fields, line }: JepsenOp, process: Plain | undefined, type: unknown): [Plain, Plain] {
    const value = fields.get('value') ?? null;
    const named = fields.get('key') ?? null;
    if (named !== null) return [named, value];
    if (this.#tuple === undefined) return [ONLY_KEY, value];
    if (isPair(value)) return value;
    const begun = this.#keys.get(process);
    if (value === null && type !== 'invoke' && begun !== undefined) return [begun, null];
    throw new SyntaxProblem(
      line,
      `value ${show(value)} is not [key value], but the value on line ${this.#tuple.line} is`,
    );
  }
}

function isTuple({ fields }: JepsenOp): boolean {
  const value = fields.get('value') ?? null;
  if ((fields.get('key') ?? null) !== null || !Array.isArray(value)) return false;
  return !/^:?cas$/.test(String(fields.get('f'))) || (value.length === 2 && Array.isArray(value[1]));
}

function isPair(value: Plain): value is [Plain, Plain] {
  return Array.isArray(value) && value.length === 2;
}

const singlesWithValue: ReadonlySet<unknown> = new Set(['show', 'commit', 'receive']);

/** nil is either the initial value of a register or no value, depending on the operation. */
function valueOrMissing(value: Plain, f: unknown, type: unknown): Plain | undefined {
  if (value !== null) return value;
  const isValue = f === 'read' ? type === 'ok' : f === 'write' ? type === 'invoke' : singlesWithValue.has(f);
  return isValue ? null : undefined;
}

function valueProblem(value: Plain | undefined): string | undefined {
  if (isObject(value) && !('progress' in value)) return `a register holds scalars, not ${show(value)}`;
  const numbers = Array.isArray(value) ? value : [value];
  const inexact = numbers.find((each) => Number.isInteger(each) && !Number.isSafeInteger(each));
  return inexact === undefined ? undefined : `value ${show(inexact)} is past 2^53, where JSON rounds integers`;
}
