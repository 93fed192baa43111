/** Reads stacks for a person: the application's own lines, without ours, Node's and those of packages. */
import { fileURLToPath } from 'node:url';
import { shortPath } from './short-path.ts';

const OURS = fileURLToPath(new URL('./', import.meta.url));
const FRAMES_MAX = 5;

export interface ApplicationStack {
  /** The file whose line is innermost, relative to the working directory. */
  file: string | undefined;
  /** The lines, each after a line break; empty without any. */
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
