/** Proposes a mapping for the log of each format, and judges the log with it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { logFormats } from '../history/import/log/log-formats.ts';
import { proposeMap } from './propose-map.ts';
import { check } from './verbs.ts';

const logs = fileURLToPath(new URL('../../fixtures/logs/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'propose-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The fields of a proposal, without the comments. */
const fieldsOf = (lines: readonly string[]): string[] =>
  lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/\s+# .*$/, ''));

/** The log of one service in every format: two tabs, of which one sees its story go back. */
const fixtures = readdirSync(logs).filter((name) => !name.endsWith('.yaml'));

describe('every log of fixtures/logs is judged with the mapping that is proposed for it', () => {
  it.each(fixtures)('%s', async (name) => {
    const { lines, missing } = await proposeMap(join(logs, name));
    expect(missing).toEqual([]);
    const map = file(`${name}.yaml`, lines.join('\n'));
    const { valid, histories } = await check([join(logs, name)], { map });
    const sentences = histories[0]!.verdicts.flatMap(({ violations }) => violations.map(({ sentence }) => sentence));
    expect(sentences).toContain(`${name === 'browser.har' ? 'browser' : 'a41'} saw story-7 go from 40% back to 10%`);
    expect(valid).toBe(false);
  });

  it('and every format has one', async () => {
    const formats = await Promise.all(
      fixtures.map(async (name) => fieldsOf((await proposeMap(join(logs, name))).lines)[0]),
    );
    expect(new Set(formats)).toEqual(new Set(logFormats.map(({ name }) => `format: ${name}`)));
  });
});

describe('a proposal', () => {
  const proposed = async (name: string, text: string): Promise<string[]> =>
    fieldsOf((await proposeMap(file(name, text))).lines);
  const line = (fields: object): string => `${JSON.stringify(fields)}\n`;

  it('takes the story from the URL, fractions for fractions, and the words of the ends', async () => {
    const entry = (at: number, pct: number, state: string): string =>
      line({
        at,
        req: { url: `/v1/renders/9f31c2aa-${at}?tab=x` },
        body: { pct, state },
        took: 12,
        user: { id: 'u1' },
      });
    expect(await proposed('renders.log', entry(1714815001, 0.5, 'rendering') + entry(1714815002, 1, 'done'))).toEqual([
      'format: json-log',
      'url: /v1/renders/:story',
      'time: { field: at, unit: s }',
      'took: { field: took, unit: ms }',
      'session: ?tab',
      'story: :story',
      'progress: { field: body.pct, max: 1 }',
      'status: { field: body.state, completed: [done] }',
    ]);
  });

  it('says which fields it has not found, and leaves them out', async () => {
    const path = file('bare.log', line({ at: '2026-05-04T09:30:02Z', progress: 5 }));
    const { lines, missing } = await proposeMap(path);
    expect(missing).toEqual(['session', 'story']);
    expect(lines.slice(-3, -1)).toEqual(['# session: not found', '# story: not found']);
    expect(lines.at(-1)).toMatch(/^# generation: not found/);
  });

  it('of a log without a progress is empty', async () => {
    const path = file('none.log', line({ at: '2026-05-04T09:30:02Z', level: 'info' }));
    expect((await proposeMap(path)).missing).toContain('progress');
  });

  it('names the zone of dates that have none', async () => {
    const rows = 'time;session;story_id;progress\n2026-05-04 11:30:01;a;s;5\n';
    expect(await proposed('local.csv', rows)).toContain('zone: UTC');
  });

  it('does not repeat what a terminal would interpret', async () => {
    const text = line({ time: '2026-05-04T09:30:02Z', session: 'a\u001B[31m', story: 's\n# x', progress: 5 });
    const { lines } = await proposeMap(file('hostile.log', text));
    for (const char of ['\u001B', '\n']) expect(lines.join('')).not.toContain(char);
  });

  it.each(['harness/api', 'nothing.log'])('of %s, which is no file, is refused', async (path) => {
    await expect(proposeMap(join(folder, path))).rejects.toThrow(expect.objectContaining({ exitCode: 64 }));
  });

  it('of a history is refused', async () => {
    const history = file('h.ndjson', '{"history":1}\n');
    await expect(proposeMap(history)).rejects.toThrow('is a history (ratchet), which `ratchet check` reads without');
  });
});
