/** Asks questions on a terminal. */
import { createInterface } from 'node:readline/promises';
import { EnvironmentError, UsageError } from '../errors.ts';
import type { Question } from '../scaffold/decisions.ts';
import { printable } from '../report/printable.ts';
import { palette, print, write } from './terminal.ts';

type TerminalQuestion = Omit<Question, 'name'>;

interface Streams {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/**
 * Asks each question until the answer is possible; an empty answer accepts the proposal. Rejects with an EnvironmentError
 * when the signal aborts, and with a UsageError at the end of the input.
 */
export function askOnTerminal(
  signal: AbortSignal,
  streams: Streams = { input: process.stdin, output: process.stdout },
): (question: TerminalQuestion) => Promise<string> {
  return async (question) => {
    for (;;) {
      const answer = (await askOnce(question, signal, streams)).trim() || (question.proposal ?? '');
      if (question.isOpen ? answer !== '' : question.options.includes(answer)) return answer;
      print(palette.red(`  ${printable(question.options.join(', ')) || 'an answer is needed'}`));
    }
  };
}

async function askOnce(question: TerminalQuestion, signal: AbortSignal, streams: Streams): Promise<string> {
  write(''); // Ends the line of progress.
  const terminal = createInterface(streams);
  const ended = Promise.withResolvers<never>();
  terminal.once('close', () =>
    ended.reject(new UsageError('init-answer', 'not all questions were answered', 'use --yes')),
  );
  // The terminal passes Ctrl-C to the interface, not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await Promise.race([terminal.question(promptOf(question), { signal }), ended.promise]);
  } catch (error) {
    throw signal.aborted ? new EnvironmentError('interrupted', 'interrupted; nothing was written') : error;
  } finally {
    terminal.close();
  }
}

const OTHERS_SHOWN = 6;

function promptOf({ text, proposal, options }: TerminalQuestion): string {
  const others = options.filter((option) => option !== proposal).slice(0, OTHERS_SHOWN);
  const known = others.length === 0 ? '' : palette.dim(` (or ${printable(others.join(', '))})`);
  return `${text}${proposal === undefined ? '' : ` [${printable(proposal)}]`}${known}: `;
}
