/** The command that starts the server of a project. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `next start` of a project of Next.js; `npm start` of another one that has such a script. */
export async function startCommand(folder: string): Promise<readonly string[]> {
  const { scripts, dependencies, devDependencies } = await packageIn(folder);
  const isNext = dependencies?.['next'] !== undefined || devDependencies?.['next'] !== undefined;
  return !isNext && scripts?.['start'] !== undefined ? ['npm', 'start'] : ['npx', 'next', 'start'];
}

type Texts = Readonly<Record<string, string>>;

async function packageIn(
  folder: string,
): Promise<Partial<Record<'scripts' | 'dependencies' | 'devDependencies', Texts>>> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object;
  } catch {
    return {};
  }
}
