/** The protocol between `ratchet up` and the commands that control it: one JSON line each way over a UNIX socket. */
import { connect, createServer, type Socket } from 'node:net';
import { EnvironmentError, ExitCode, RatchetError } from '../errors.ts';
import type { Fault } from '../faults/fault-registry.ts';

/** A requested fault: that of a plan, but `replica` may be omitted, and `match.actor` defaults to `app`. */
export interface FaultRequest {
  kind: Fault['kind'];
  replica?: string;
  match?: Record<string, unknown>;
  [field: string]: unknown;
}

export type Command =
  | { do: 'list' }
  /** `times`: to how many requests a request fault applies. */
  | { do: 'begin'; fault: FaultRequest; times?: number }
  /** Ends the faults with these ids, or of this kind and replica; without any of them, all. */
  | { do: 'clear'; ids?: number[]; kind?: Fault['kind']; replica?: string };

export interface ActiveFault {
  id: number;
  fault: Fault;
  /** To how many more requests it applies; if missing, to every request until it is cleared. */
  left?: number;
}

type Answer =
  | { ok: true; faults: ActiveFault[] }
  | { ok: false; code: string; message: string; hint?: string; exitCode: ExitCode };

export interface ControlServer {
  close(): void;
}

/** @param perform executes a command; resolves with the faults that are active afterwards */
export async function serveControl(
  path: string,
  perform: (command: Command) => Promise<ActiveFault[]>,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(COMMAND_MS_MAX, () => socket.destroy());
    void readLine(socket)
      .finally(() => socket.setTimeout(0))
      .then((line) => perform(JSON.parse(line) as Command))
      .then((faults): Answer => ({ ok: true, faults }), answerOf)
      .then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Sends a command; resolves with the faults that are active afterwards.
 * @throws the RatchetError of the environment; EnvironmentError if it does not answer
 */
export async function requestControl(path: string, command: Command, signal: AbortSignal): Promise<ActiveFault[]> {
  const socket = connect(path);
  const abort = (): void => void socket.destroy(new Error('interrupted'));
  signal.addEventListener('abort', abort, { once: true });
  let answer: Answer;
  try {
    socket.write(`${JSON.stringify(command)}\n`);
    answer = JSON.parse(await readLine(socket)) as Answer;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new EnvironmentError('up-gone', `ratchet up does not answer: ${reason}`, 'see its terminal', cause);
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
  if (answer.ok) return answer.faults;
  const { code, message, hint, exitCode } = answer;
  throw new RatchetError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
}

function answerOf(error: unknown): Answer {
  const { message } = error as Error;
  if (!(error instanceof RatchetError)) return { ok: false, code: 'up-failed', message, exitCode: ExitCode.unknown };
  const { code, hint, exitCode } = error;
  return { ok: false, code, message, exitCode, ...(hint === undefined ? {} : { hint }) };
}

/** How long a client may take to send its command. */
const COMMAND_MS_MAX = 10_000;
const LINE_LENGTH_MAX = 1024 * 1024;

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    const append = (chunk: string): void => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end === -1 && text.length <= LINE_LENGTH_MAX) return;
      socket.off('data', append).resume();
      if (end === -1) reject(new Error(`the line exceeds ${LINE_LENGTH_MAX} characters`));
      else resolve(text.slice(0, end));
    };
    socket.on('data', append);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended before the answer')));
  });
}
