import { expect, test } from 'vitest';
import { LineStore } from './line-store.ts';

test('the line of any event can be read again, from blocks of any size', () => {
  const store = new LineStore();
  const lines: string[] = [];
  for (let block = 0; block < 60; block += 1) {
    const inBlock = Array.from({ length: block % 13 }, (_, at) => `{"line":"${'é'.repeat(at)} ${block}"}`);
    store.addBlock(Buffer.from(inBlock.map((line) => `${line}\n`).join('')));
    let start = 0;
    for (const line of inBlock) {
      store.addLine(start);
      start += Buffer.byteLength(line) + 1;
      lines.push(line);
    }
  }
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.map((_, index) => store.textOf(index))).toEqual(lines);
});
