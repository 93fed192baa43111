import { describe, expect, it } from 'vitest';
import { RequestOrdinals } from './claim.ts';

describe('the ordinals of requests', () => {
  it('are counted for each actor, by method and in all', () => {
    const ordinals = new RequestOrdinals();
    ordinals.count('tab-1', 'GET');
    ordinals.count('tab-2', 'GET');
    expect(ordinals.count('tab-1', 'PATCH')).toEqual({ nth: 1, nthOfAll: 2 });
    expect(ordinals.count('tab-1', 'GET')).toEqual({ nth: 2, nthOfAll: 3 });
  });

  it('are counted together for names that are long or many, so that invented ones need no memory', () => {
    const ordinals = new RequestOrdinals();
    ordinals.count('a'.repeat(201), 'GET');
    expect(ordinals.count(undefined, 'GET')).toEqual({ nth: 2, nthOfAll: 2 });
    for (let number = 1; number < 10_000; number += 1) ordinals.count(`actor-${number}`, 'GET');
    expect(ordinals.count('actor-10000', 'GET').nth).toBe(3);
    expect(ordinals.count('actor-1', 'GET').nth).toBe(2);
  });
});
