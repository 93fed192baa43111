/** Whose value it is: a register alone, or one of the independent keys of Jepsen, whose values are `[key value]`. */
import { isObject, show } from '../../event-shape.ts';
import type { Plain } from './edn-value.ts';
import type { JepsenOp } from './jepsen-op.ts';
import { SyntaxProblem } from '../problem.ts';

/** The key of a history that names none. */
export const ONLY_KEY = 'register';

/**
 * A register holds scalars, so a vector says by itself that the history has independent keys: anywhere but in a cas,
 * whose own value is the pair `[from to]`, and there when the second of its two is a vector.
 */
export class JepsenValues {
  /** The first operation whose value is a tuple, if any is. */
  readonly #tuple: JepsenOp | undefined;
  /** The key of what each process last began. */
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
    const means = meant(value, f, type);
    const problem = valueProblem(means);
    if (problem !== undefined) throw new SyntaxProblem(op.line, problem);
    return { key, value: means };
  }

  #split({ fields, line }: JepsenOp, process: Plain | undefined, type: unknown): [Plain, Plain] {
    const value = fields.get('value') ?? null;
    const named = fields.get('key') ?? null;
    if (named !== null) return [named, value];
    if (this.#tuple === undefined) return [ONLY_KEY, value];
    if (isPair(value)) return value;
    const begun = this.#keys.get(process);
    if (value === null && type !== 'invoke' && begun !== undefined) return [begun, null];
    throw new SyntaxProblem(line, `value ${show(value)} is not [key value], but the value on line ${this.#tuple.line} is`);
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

/** nil is the value of a register that nobody has written, or says nothing; which of the two, the operation tells. */
function meant(value: Plain, f: unknown, type: unknown): Plain | undefined {
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
