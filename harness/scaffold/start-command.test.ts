import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startCommand } from './start-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'start-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NEXT = ['npx', 'next', 'start'];
const scripts = { start: 'node server.js' };

it.each([
  ['a server', { scripts }, ['npm', 'start']],
  ['Next.js', { scripts: { start: 'next start -p 3000' }, dependencies: { next: '16' } }, NEXT],
  ['no script', { scripts: {} }, NEXT],
])('%s is started by its own command', async (_what, project, command) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  expect(await startCommand(folder)).toEqual(command);
});
