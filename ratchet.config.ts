import type { RatchetConfig } from './harness/index.ts';

export const config: RatchetConfig = {
  subjects: ['./fixtures/subjects'],
  subject: 'workspace-fix',
};
