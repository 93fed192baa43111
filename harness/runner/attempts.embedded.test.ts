import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { subject as guarded } from '../../fixtures/subjects/guarded/subject.ts';
import { subject as legacy } from '../../fixtures/subjects/legacy/subject.ts';
import { run } from '../api/verbs.ts';
import type { Subject } from '../port/subject.ts';

const report = mkdtempSync(join(tmpdir(), 'ratchet-attempts-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));
const folder = fileURLToPath(new URL('../..', import.meta.url));

it('an application that violates a property in one attempt, and holds in the other, is unsteady', async () => {
  let created = 0;
  const subject: Subject = {
    ...guarded,
    createInstance: (...given) => ((created += 1) === 1 ? legacy : guarded).createInstance(...given),
  };
  const options = { subject, scenarios: ['lagging-replica'], backend: 'embedded', regressions: false } as const;
  const { valid, runs } = await run({ ...options, attempts: 2, report, folder });
  expect([valid, runs.length]).toEqual([false, 1]);
  const { attempts } = runs[0]!;
  expect(attempts).toMatchObject({ number: 2, violated: 1, held: 1, isUnsteady: true });
  expect(attempts!.differences[0]).toMatch(/^attempt 1: .* 85% back to 10%; attempt 2 held$/);
  expect(readdirSync(join(report, 'lagging-replica', subject.name))).toHaveLength(2);
}, 120_000);
