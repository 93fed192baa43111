/** Reduces a stack trace to the application's own frames, without those of Ratchet, Node and packages. */
import { fileURLToPath } from 'node:url';
import { shortPath } from './short-path.ts';

const OURS = fileURLToPath(new URL('./', import.meta.url));
const FRAMES_MAX = 5;

export interface ApplicationStack {
  /** The file of the innermost frame, relative to the working directory. */
  file: string | undefined;
  /** The frames, each preceded by a line break; empty if there are none. */
  text: string;
}

export function applicationStack(origin: unknown): ApplicationStack {
  const stack = origin instanceof Error ? (origin.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && isApplication(line));
  const shown = frames.slice(0, FRAMES_MAX).map((line) => `\n    ${shortened(line.trim())}`);
  return { file: frames[0] === undefined ? undefined : fileOf(frames[0]), text: shown.join('') };
}

function isApplication(frame: string): boolean {
  return !/node:|\/node_modules\/|<anonymous>|evalmachine/.test(frame) && !frame.includes(OURS);
}

function shortened(frame: string): string {
  const file = pathIn(frame);
  return file === undefined ? frame : frame.replace(/(file:\/\/)?\/[^():]+(?=:\d)/, file);
}

function fileOf(frame: string): string | undefined {
  return pathIn(frame);
}

function pathIn(frame: string): string | undefined {
  const path = /(?:file:\/\/)?(\/[^():]+):\d+/.exec(frame)?.[1];
  return path === undefined ? undefined : shortPath(decodeURI(path));
}
