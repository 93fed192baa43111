import { afterEach, describe, expect, it, vi } from 'vitest';
import { Names } from './names.ts';

/** The id of a text that lies between other bytes, as a name does in a line. */
function idIn(names: Names, text: string, hash: number, before = 'ab'): number {
  const bytes = Buffer.from(`${before}${text}cd`);
  const start = Buffer.byteLength(before);
  return names.idOfBytes(bytes, start, start + Buffer.byteLength(text), hash);
}

const TEXTS = Array.from({ length: 1_000 }, (_, at) => `name ${at} ${'x'.repeat(at % 7)}`);

afterEach(() => vi.restoreAllMocks());

describe('names', () => {
  it('are counted from 0, in the order in which they appear', () => {
    const names = new Names();
    expect(names.count).toBe(0);
    expect(['db', 'tab-1', 'db', 'tab-2'].map((name) => names.idOf(name))).toEqual([0, 1, 0, 2]);
    expect(names.count).toBe(3);
    expect([0, 1, 2].map((id) => names.nameOf(id))).toEqual(['db', 'tab-1', 'tab-2']);
  });

  it('are the same as a number and as its decimal text', () => {
    const names = new Names();
    expect([names.idOf(7), names.idOf('7'), names.idOf(7), idIn(names, '7', 1)]).toEqual([0, 0, 0, 0]);
    expect(names.nameOf(0)).toBe('7');
    expect([names.find(7), names.find('7'), names.find(8)]).toEqual([0, 0, undefined]);
    expect(names.count).toBe(1);
  });

  it.each([
    ['of their own', (at: number) => Math.imul(at, 0x9e3779b1) | 0],
    ['of few values', (at: number) => at % 3],
    ['of one value', () => 5],
    ['that differ only in the upper bits', (at: number) => at << 20],
  ])('are told apart by their bytes, with hashes %s', (_, hashOf) => {
    const names = new Names();
    const ids = TEXTS.map((text, at) => idIn(names, text, hashOf(at)));
    expect(ids).toEqual(TEXTS.map((_text, at) => at));
    expect(TEXTS.map((text, at) => idIn(names, text, hashOf(at), `${at}`))).toEqual(ids);
    expect(ids.map((id) => names.nameOf(id))).toEqual(TEXTS);
    expect(TEXTS.map((text) => names.idOf(text))).toEqual(ids);
    expect(names.count).toBe(TEXTS.length);
  });

  it('are told apart when one begins or ends with the other, or has its length', () => {
    const names = new Names();
    const texts = ['tab-1', 'tab-11', 'tab-', 'ab-1', 'tab-2', 'xab-1', '', 't'];
    expect(texts.map((text) => idIn(names, text, 0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(texts.map((text) => idIn(names, text, 0, ''))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('may be longer than all that came before together', () => {
    const names = new Names();
    const texts = ['short', 'é'.repeat(5_000), `${'é'.repeat(4_999)}e!`, 'z'.repeat(20_000), '\uFEFFmark'];
    expect(texts.map((text) => idIn(names, text, 3))).toEqual([0, 1, 2, 3, 4]);
    expect(texts.map((text) => idIn(names, text, 3))).toEqual([0, 1, 2, 3, 4]);
    expect(texts.map((_, id) => names.nameOf(id))).toEqual(texts);
  });

  it('are decoded once', () => {
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const names = new Names();
    for (const before of ['', 'a', 'bc']) for (const [at, text] of TEXTS.entries()) idIn(names, text, at % 50, before);
    expect(decode).toHaveBeenCalledTimes(TEXTS.length);
  });
});
