import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

/** Runs a command in a network of its own, after `setup`. */
const isolated = (setup: string): string[] => ['--net', 'sh', '-c', `${setup} && exec "$@"`, 'sh'];
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports';
const UP = 'ip link set lo up';
/** The gateway takes the port, and no request can be sent to it. */
const ONE_PORT = `${UP} && echo 40000 40000 > ${RANGE}`;
const NO_PORT = `${ONE_PORT} && echo 40000 > ${RESERVED}`;
/** A network namespace needs Linux and root. */
const canIsolate = spawnSync('unshare', [...isolated(NO_PORT), 'true']).status === 0;

const HINT = 'end other programs, or widen the range: net.ipv4.ip_local_port_range';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'no-port-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(canIsolate)('a machine', () => {
  it.each([
    ['without a free port', NO_PORT, `no port of 127.0.0.1 is free: listen EADDRINUSE: [^—]+ — ${HINT}`],
    [
      'with a free port for one side only',
      ONE_PORT,
      `no port of 127.0.0.1 is free: connect EADDRNOTAVAIL [^—]+ — ${HINT}`,
    ],
    [
      'whose loopback interface is down',
      'true',
      '127.0.0.1:\\d+ cannot be reached: [^—]+ — bring the interface up: ip link set lo up',
    ],
  ])('%s is told so in one line, and nothing is left behind', (_, setup, message) => {
    const args = ['run', 'lagging-replica-brief', '--subject', 'guarded', '--report', join(folder, 'report')];
    const { status, stderr } = spawnSync('unshare', [...isolated(setup), process.execPath, program, ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    });
    expect(stderr).toMatch(new RegExp(`^ratchet: ${message}\\n$`));
    expect(status).toBe(2);
    expect(readdirSync(folder).filter((name) => name.startsWith('ratchet-'))).toEqual([]);
  });
});
