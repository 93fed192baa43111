import type { RatchetConfig } from './harness/index.ts';

export const config: RatchetConfig = {
  scenarios: ['./scenarios'],
  subjects: ['./fixtures/subjects'],
  subject: 'workspace-fix',
};
