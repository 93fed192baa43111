#!/usr/bin/env node
// Plain JavaScript for any Node: says clearly which Node it needs before anything newer is parsed.
import { existsSync } from 'node:fs';
import { ALLOCATOR } from './allocator.js';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `ratchet: Node.js 22.18 or newer is needed, this is ${process.version} (in a checkout use: npm run ratchet -- …)`,
  );
  process.exit(2);
}
// A process reads the settings of its allocator when it starts.
if (process.argv[2] === 'explore' && process.platform === 'linux' && process.env.MALLOC_ARENA_MAX === undefined) {
  const { execPath, execArgv, argv, env } = process;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...ALLOCATOR });
}
// Compiled code is kept between runs: half of what a short command takes is compiling.
const { enableCompileCache } = await import('node:module');
enableCompileCache?.();
// A checkout runs its sources, also where a build lies beside them that may be older; a package holds only the build.
const source = new URL('../harness/cli/main.ts', import.meta.url);
const { main } = await import(existsSync(source) ? source.href : '../dist/harness/cli/main.js');
await main(process.argv.slice(2));
