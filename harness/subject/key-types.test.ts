import { describe, expect, it } from 'vitest';
import { keysOf } from './key-types.ts';

const stories = Array.from({ length: 200 }, (_, at) => `story-${at + 1}`);

describe('keys of type', () => {
  it('text are the names of the stories', () => {
    expect(stories.map(keysOf('text'))).toEqual(stories);
  });

  it('uuid have the form of version 4', () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const key of stories.map(keysOf('uuid'))) expect(key).toMatch(uuid);
  });

  it('bigint are positive, and exact in JSON', () => {
    for (const key of stories.map(keysOf('bigint'))) {
      expect(key).toBeGreaterThan(0);
      expect(Number.isSafeInteger(key)).toBe(true);
    }
  });

  it.each(['text', 'uuid', 'bigint'] as const)('%s are the same in every run, and another for each story', (type) => {
    const keys = stories.map(keysOf(type));
    expect(stories.map(keysOf(type))).toEqual(keys);
    expect(new Set(keys).size).toBe(stories.length);
  });
});

it('a function that creates keys is called once for each story', () => {
  let calls = 0;
  const keyOf = keysOf((story) => `${story}/${(calls += 1)}`);
  expect(['a', 'b', 'a'].map(keyOf)).toEqual(['a/1', 'b/2', 'a/1']);
});
