/** Names that every object of JavaScript has, in a history: they are names like others, and change no object. */
import { expect, test } from 'vitest';
import { HistoryReader } from '../history/reader.ts';
import { judge } from './compose.ts';
import { properties, type PropertyName } from './properties.ts';

/** One process writes and reads, and what it reads goes back; process, session, key and a field have the given name. */
function judgementOf(name: string) {
  const actor = { process: name, session: name, key: name };
  const extra = `"${name}":{"polluted":1}`;
  const value = (progress: number): string => `{"generation":1,"progress":${progress},${extra}}`;
  const events: { type: string; f: string; value?: number }[] = [
    { type: 'invoke', f: 'write', value: 50 },
    { type: 'ok', f: 'write', value: 50 },
    { type: 'invoke', f: 'read' },
    { type: 'ok', f: 'read', value: 50 },
    { type: 'invoke', f: 'read' },
    { type: 'ok', f: 'read', value: 40 },
  ];
  const lines = events.map(({ value: progress, ...event }, index) => {
    const fields = JSON.stringify({ index, time: index, ...actor, ...event }).slice(0, -1);
    return `${fields},${extra}${progress === undefined ? '' : `,"value":${value(progress)}`}}\n`;
  });
  const reader = new HistoryReader('h.ndjson');
  reader.push(Buffer.from(lines.join('')));
  return judge(reader.end(), Object.keys(properties) as PropertyName[]);
}

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s', (name) => {
  const text = JSON.stringify(judgementOf(name).verdicts);
  expect(text).toContain(`${name} saw ${name} go from 50% back to 40%`);
  expect(text).toBe(JSON.stringify(judgementOf('usual').verdicts).replaceAll('usual', name));
  expect({}).not.toHaveProperty('polluted');
});
