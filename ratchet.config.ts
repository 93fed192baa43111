import { defineConfig } from './harness/index.ts';

export const config = defineConfig({
  scenarios: ['./scenarios'],
  subjects: ['./fixtures/subjects'],
  subject: 'workspace-fix',
  planted: ['./fixtures/planted/bugs'],
});
