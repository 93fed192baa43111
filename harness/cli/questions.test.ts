import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import type { Decide, Question } from '../scaffold/decisions.ts';
import { askOnTerminal } from './questions.ts';

const question: Question = {
  name: 'progress',
  text: 'column of the progress',
  proposal: 'percent',
  options: ['percent', 'done'],
  isOpen: false,
};

interface Terminal {
  decide: Decide;
  input: PassThrough;
  prompts: string[];
  controller: AbortController;
}

/** A terminal on which somebody types one answer after each prompt. */
function terminalWith(answers: readonly string[]): Terminal {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const prompts: string[] = [];
  const left = [...answers];
  output.on('data', (text: Buffer) => {
    prompts.push(String(text));
    const answer = left.shift();
    if (answer !== undefined) input.write(`${answer}\n`);
  });
  const controller = new AbortController();
  return { decide: askOnTerminal(controller.signal, { input, output }), input, prompts, controller };
}

it('takes the proposal for an empty answer', async () => {
  const { decide, prompts } = terminalWith(['']);
  expect(await decide(question)).toBe('percent');
  expect(prompts.join('')).toMatch(/^column of the progress \[percent\].* \(or done\).*: $/);
});

it('asks again until the answer is possible', async () => {
  const { decide, prompts } = terminalWith(['pct', 'done']);
  expect(await decide(question)).toBe('done');
  expect(prompts).toHaveLength(2);
});

it('takes any answer to an open question, but not an empty one without a proposal', async () => {
  const { decide } = terminalWith(['', '/api/jobs/:id']);
  const open: Question = { ...question, name: 'status-route', proposal: undefined, options: [], isOpen: true };
  expect(await decide(open)).toBe('/api/jobs/:id');
});

it('rejects at the end of the input', async () => {
  const { decide, input } = terminalWith([]);
  const answer = decide(question);
  input.end();
  await expect(answer).rejects.toThrow('not all questions were answered');
});

it('rejects when it is interrupted', async () => {
  const { decide, controller } = terminalWith([]);
  const answer = decide(question);
  controller.abort();
  await expect(answer).rejects.toThrow('interrupted; nothing was written');
});
