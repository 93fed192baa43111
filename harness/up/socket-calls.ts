/** Calls in both directions over one socket: each call and each result is a line of JSON. */
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { EnvironmentError, RatchetError, type ExitCode } from '../errors.ts';

type Methods = object;
type Parameters_<Method> = Method extends (...values: infer Values) => unknown ? Values : never;
type Result<Method> = Method extends (...values: never[]) => infer Value ? Awaited<Value> : never;

export interface SocketCalls<Theirs extends Methods> {
  /**
   * Calls a method of the other side.
   * @throws what the method throws; EnvironmentError if the connection ends before the result
   */
  call<Name extends keyof Theirs & string>(
    method: Name,
    ...values: Parameters_<Theirs[Name]>
  ): Promise<Result<Theirs[Name]>>;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  end(): void;
}

type Line =
  | { call: number; method: string; values: unknown[] }
  | { result: number; value?: unknown; error?: SentError };

interface SentError {
  message: string;
  /** Of a RatchetError. */
  ratchet?: { code: string; hint?: string | undefined; exitCode: ExitCode };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** @param mine the methods that the other side calls. Calls start in the order in which they were made */
export function callsOver<Theirs extends Methods>(socket: Socket, mine: Methods): SocketCalls<Theirs> {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const send = (line: Line): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(line, plain)}\n`);
  };
  const answer = async ({ call, method, values }: Extract<Line, { call: number }>): Promise<void> => {
    const perform = (mine as Record<string, (...values: unknown[]) => unknown>)[method];
    try {
      if (perform === undefined) throw new Error(`there is no method ${method}`);
      send({ result: call, value: await perform(...values) });
    } catch (error) {
      send({ result: call, error: sentError(error as Error) });
    }
  };
  const settle = ({ result, value, error }: Extract<Line, { result: number }>): void => {
    const { resolve, reject } = waiting.get(result) ?? {};
    waiting.delete(result);
    if (error === undefined) resolve?.(value);
    else reject?.(receivedError(error));
  };
  const lines = createInterface({ input: socket, crlfDelay: Infinity });
  lines.on('line', (text) => {
    const line = lineIn(text);
    if (line === undefined) return socket.destroy();
    if ('call' in line) void answer(line);
    else settle(line);
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // An interface of readline emits the errors of its input, too.
  for (const source of [socket, lines]) source.on('error', () => socket.destroy());
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(connectionEnded());
    waiting.clear();
  });
  return {
    call: (method, ...values) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(connectionEnded());
        waiting.set(++last, { resolve: resolve as Waiting['resolve'], reject });
        send({ call: last, method, values });
      }),
    ended,
    end: () => socket.destroy(),
  };
}

/** `undefined` for what the other side cannot have sent. */
function lineIn(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function connectionEnded(): EnvironmentError {
  return new EnvironmentError(
    'up-gone',
    'the connection to the environment has ended',
    'see the terminal of `ratchet up`',
  );
}

function sentError(error: Error): SentError {
  const { message } = error;
  if (!(error instanceof RatchetError)) return { message };
  const { code, hint, exitCode } = error;
  return { message, ratchet: { code, hint, exitCode } };
}

function receivedError({ message, ratchet }: SentError): Error {
  if (ratchet === undefined) return new Error(message);
  const { code, hint, exitCode } = ratchet;
  return new RatchetError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
}
