/** Keys for the stories of a plan, of the type that the application's table has. */
import { createHash } from 'node:crypto';
import type { Key } from '../port/subject.ts';

/** The type of the key column, or a function that returns the key of a story: another one for each story. */
export type KeyChoice = keyof typeof KEY_TYPES | ((story: string) => Key);

const KEY_TYPES = { text: (story: string) => story, uuid: uuidOf, bigint: numberOf } as const;

export const KEY_TYPE_NAMES: readonly string[] = Object.keys(KEY_TYPES);

/** The keys of the stories, each computed once. */
export function keysOf(choice: KeyChoice): (story: string) => Key {
  const create = typeof choice === 'function' ? choice : KEY_TYPES[choice];
  const known = new Map<string, Key>();
  return (story) => {
    const key = known.get(story) ?? create(story);
    known.set(story, key);
    return key;
  };
}

/** Has the form of a random UUID (version 4), and is always the same for a story. */
function uuidOf(story: string): string {
  const digits = hexDigits(story);
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) % 4) + 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

/** Positive, and exact as a number of JavaScript and of JSON. */
function numberOf(story: string): number {
  return Number.parseInt(hexDigits(story).slice(0, 13), 16) + 1;
}

function hexDigits(story: string): string {
  return createHash('sha256').update(story).digest('hex');
}
