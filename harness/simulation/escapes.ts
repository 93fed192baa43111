/**
 * Escapes from virtual time: functions whose work only Node's own event loop can finish. In a simulation, a call of one
 * of them throws and ends the run with an error that names it, because waiting for its result would never end.
 */
import { createRequire } from 'node:module';
import { required } from '../required.ts';
import { currentWorld } from './world.ts';

const require = createRequire(import.meta.url);

/** Functions of Node's modules, as `require` returns them. ES imports outside of the subject keep the originals. */
const ESCAPES: Readonly<Record<string, readonly string[]>> = {
  fs: callbackFunctionsOf('fs'),
  'fs/promises': asyncFunctionsOf('fs/promises'),
  net: ['connect', 'createConnection', 'createServer'],
  tls: ['connect', 'createServer'],
  http: ['request', 'get', 'createServer'],
  https: ['request', 'get', 'createServer'],
  http2: ['connect', 'createServer', 'createSecureServer'],
  dns: ['lookup', 'resolve'],
  'dns/promises': ['lookup', 'resolve'],
  dgram: ['createSocket'],
  child_process: ['exec', 'execFile', 'fork', 'spawn'],
  crypto: ['pbkdf2', 'scrypt', 'generateKeyPair', 'hkdf'],
  zlib: ['gzip', 'gunzip', 'deflate', 'inflate', 'brotliCompress', 'brotliDecompress'],
};

export interface Patch {
  object: object;
  key: string;
  value: unknown;
}

let patches: readonly Patch[] | undefined;

export function escapePatches(): readonly Patch[] {
  patches ??= Object.entries(ESCAPES).flatMap(([module, names]) => patchesOf(module, names));
  return patches;
}

/** Ends the run with an error. The caller throws the same error, so that the application does not continue. */
export function escape(what: string): Error {
  const world = required(currentWorld(), 'the world of the simulation');
  const hint =
    'this does not work in virtual time; run this subject on another backend, or inject a replacement for the call';
  return world.report('simulation-escape', `called ${what}, which is not virtual`, new Error(what), hint);
}

function patchesOf(name: string, functions: readonly string[]): Patch[] {
  const module = require(`node:${name}`) as Record<string, unknown>;
  return functions.flatMap((key) => {
    const original = module[key];
    if (typeof original !== 'function') return [];
    const value = function (this: unknown, ...args: unknown[]): unknown {
      if (currentWorld() === undefined) return Reflect.apply(original, this, args);
      throw escape(`${name}.${key}`);
    };
    return [{ object: module, key, value }];
  });
}

/** Functions that also exist as `…Sync`, and streams and watchers. The other functions of `fs` are synchronous. */
function callbackFunctionsOf(name: string): string[] {
  const module = require(`node:${name}`) as Record<string, unknown>;
  const asynchronous = Object.keys(module).filter((key) => `${key}Sync` in module);
  return [...asynchronous, 'createReadStream', 'createWriteStream', 'watch'];
}

function asyncFunctionsOf(name: string): string[] {
  return Object.keys(require(`node:${name}`) as object).filter((key) => /^[a-z]/.test(key) && key !== 'constants');
}
