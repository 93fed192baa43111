import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { requestControl, serveControl, type Command } from './control.ts';

const folder = mkdtempSync(join(tmpdir(), 'control-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

it('transmits commands, and returns the faults or the error', async () => {
  const path = join(folder, 'a.sock');
  const commands: Command[] = [];
  const fault = { kind: 'http-drop', match: { actor: 'app' } } as const;
  const server = await serveControl(path, async (command) => {
    commands.push(command);
    if (command.do === 'clear') throw new UsageError('fault-unknown', 'no fault has the number 3', 'look');
    return [{ id: 1, fault }];
  });
  expect(await requestControl(path, { do: 'list' }, never)).toEqual([{ id: 1, fault }]);
  await expect(requestControl(path, { do: 'clear', ids: [3] }, never)).rejects.toMatchObject({
    code: 'fault-unknown',
    message: 'no fault has the number 3',
    hint: 'look',
    exitCode: 64,
  });
  expect(commands).toEqual([{ do: 'list' }, { do: 'clear', ids: [3] }]);
  server.close();
  await expect(requestControl(path, { do: 'list' }, never)).rejects.toMatchObject({ code: 'up-gone', exitCode: 2 });
});

it('rejects if the server closes the connection, and if it is interrupted', async () => {
  const path = join(folder, 'b.sock');
  const deaf = createServer((socket) => socket.once('data', (line) => String(line).includes('list') && socket.end()));
  await new Promise<void>((resolve) => deaf.listen(path, resolve));
  await expect(requestControl(path, { do: 'list' }, never)).rejects.toThrow('the connection ended before the answer');
  const interruption = new AbortController();
  const asked = requestControl(path, { do: 'clear' }, interruption.signal);
  interruption.abort();
  await expect(asked).rejects.toThrow('interrupted');
  deaf.close();
});

it('refuses a command that has no end', async () => {
  const path = join(folder, 'c.sock');
  const server = await serveControl(path, async () => []);
  const socket = connect(path).setEncoding('utf8');
  socket.write('x'.repeat(1024 * 1024 + 1));
  const [answer] = (await once(socket, 'data')) as [string];
  expect(JSON.parse(answer)).toMatchObject({ ok: false, message: 'the line exceeds 1048576 characters' });
  server.close();
});
