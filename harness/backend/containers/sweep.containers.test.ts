import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { findEngine } from './engine.ts';
import { OWNER_LABEL } from './labels.ts';
import { sweep } from './removal.ts';

const KILLS = 20;
const AT_ONCE = 4;
/** Long enough to kill in every phase of a start. */
const START_MS = 10_000;

const engine = await findEngine();
const { docker } = engine;
const unrelated = await docker.createNetwork({
  Name: `unrelated-${process.pid}`,
  Labels: { [OWNER_LABEL]: 'a label in another format' },
});
afterAll(() => unrelated.remove());

/** The objects owned by processes with this id. */
async function ownedBy(pid: number): Promise<string[]> {
  const filters = { label: [OWNER_LABEL] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const { Volumes: volumes } = await docker.listVolumes({ filters });
  const labelled = [
    ...containers.map(({ Names, Labels }) => ({ name: String(Names[0]), labels: Labels })),
    ...networks.map(({ Name, Labels }) => ({ name: Name, labels: Labels })),
    ...(volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels })),
  ];
  return labelled.filter(({ labels }) => labels?.[OWNER_LABEL]?.includes(`"pid":${pid},`)).map(({ name }) => name);
}

async function startAndKill(afterMs: number): Promise<number> {
  const module = fileURLToPath(new URL('../postgres/stories.case.ts', import.meta.url));
  const backend = fileURLToPath(new URL('containers.ts', import.meta.url));
  const code = `const { storiesOn } = await import(${JSON.stringify(module)});
    const { containersBackend } = await import(${JSON.stringify(backend)});
    await storiesOn(containersBackend)(1); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
  return child.pid!;
}

it(`the next start removes everything of ${KILLS} killed runs, and nothing else`, async () => {
  const killed: number[] = [];
  for (let at = 0; at < KILLS; at += AT_ONCE) {
    const moments = Array.from({ length: AT_ONCE }, (_, more) => (START_MS * (at + more + 1)) / KILLS);
    killed.push(...(await Promise.all(moments.map(startAndKill))));
  }
  // The second sweep removes what the engine was still creating for the last of them.
  await sweep(engine);
  await sweep(engine);
  for (const pid of killed) expect(await ownedBy(pid)).toEqual([]);
  expect((await docker.listNetworks()).map(({ Name }) => Name)).toContain(`unrelated-${process.pid}`);
});
