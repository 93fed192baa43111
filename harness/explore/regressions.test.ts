import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { keepRegression, readRegressions } from './regressions.ts';
import { simulationOf } from './simulation.ts';
import { tryPlan } from './trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const catalogue = await openCatalogue(fileURLToPath(new URL('../../scenarios', import.meta.url)));
const kept = readRegressions(catalogue.scenarioFolders);
const cases = kept.flatMap(({ expect: expected, ...regression }) =>
  Object.entries(expected).map(([subject, holds]) => ({ ...regression, subject, holds })),
);

describe('a kept regression', () => {
  it.each(cases)('$name: $subject holds: $holds', async ({ plan, subject, holds }) => {
    const simulate = await simulationOf(await catalogue.loadSubject(subject));
    const { judgement } = await inMacrotask(() => tryPlan(plan, simulate));
    expect(judgement).toMatchObject({ valid: holds });
  });
});

describe('a regression', () => {
  const regression = { ...kept[0]!, name: 'found', expect: { legacy: false } };

  it('is read back unchanged, under a unique name', () => {
    const files = [keepRegression(folder, regression), keepRegression(folder, regression)];
    expect(files.map((file) => file.slice(folder.length))).toEqual([
      '/regressions/found.json',
      '/regressions/found-2.json',
    ]);
    expect(readRegressions([folder])).toEqual([{ ...regression, name: 'found-2' }, regression]);
  });

  it('is not required: a folder without regressions gives an empty list', () => {
    expect(readRegressions([join(folder, 'elsewhere')])).toEqual([]);
  });

  it.each<[string, (content: Record<string, any>) => void, RegExp]>([
    ['another version', (content) => (content['regression'] = 2), /bad\.json: regression: /],
    ['no expectation', (content) => delete content['expect'], /bad\.json: expect: /],
    ['a broken plan', (content) => delete content['plan'].observers, /bad\.json: the field observers is missing/],
  ])('with %s is rejected with the name of its file', (_, spoil, message) => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    const [file] = [keepRegression(broken, { ...regression, name: 'bad' })];
    const content = JSON.parse(readFileSync(file!, 'utf8'));
    spoil(content);
    mkdirSync(join(broken, 'regressions'), { recursive: true });
    writeFileSync(file!, JSON.stringify(content));
    expect(() => readRegressions([broken])).toThrow(UsageError);
    expect(() => readRegressions([broken])).toThrow(message);
  });
});
