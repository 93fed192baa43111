import { expect, it } from 'vitest';
import { exemptLoopback } from './loopback-proxy.ts';

const ALL = '127.0.0.1,localhost,::1';

it.each([
  ['nothing without a proxy', {}, {}],
  ['the loopback addresses', { HTTP_PROXY: 'http://p' }, { HTTP_PROXY: 'http://p', no_proxy: ALL, NO_PROXY: ALL }],
  [
    'what is exempt already, too',
    { https_proxy: 'p', no_proxy: 'a.b, localhost' },
    { https_proxy: 'p', no_proxy: 'a.b,localhost,127.0.0.1,::1', NO_PROXY: ALL },
  ],
  [
    'everything as before',
    { ALL_PROXY: 'p', NO_PROXY: '*', no_proxy: '*' },
    { ALL_PROXY: 'p', NO_PROXY: '*', no_proxy: '*' },
  ],
])('exempts %s', (_, before, after) => {
  const environment: NodeJS.ProcessEnv = { ...before };
  exemptLoopback(environment);
  exemptLoopback(environment);
  expect(environment).toEqual(after);
});
