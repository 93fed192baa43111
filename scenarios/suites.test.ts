import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { referenceSubjects } from '../fixtures/subjects/reference-subjects.test-support.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('.', import.meta.url)));
const subjectNames = await referenceSubjects(catalogue);

it.each(subjectNames)(
  '%s has a suite of all scenarios on every real backend, in a file that runs beside others',
  (name) => {
    for (const backend of ['embedded', 'containers']) {
      expect(existsSync(new URL(`${name}.${backend}.test.ts`, import.meta.url)), backend).toBe(true);
    }
  },
);
