import { expect, it } from 'vitest';
import { takeSettings } from './remote-settings.ts';

const BARE = {
  RATCHET_REMOTE_URL: 'https://project.example/',
  RATCHET_REMOTE_PUBLISHABLE_KEY: 'sb_publishable_1',
  RATCHET_REMOTE_SECRET_KEY: 'sb_secret_1',
};
const FULL = {
  ...BARE,
  RATCHET_REMOTE_DATABASE_URL: 'postgresql://u:pass-word@db.example/postgres',
  RATCHET_REMOTE_REPLICA_URLS: 'https://a.example, https://b.example',
  RATCHET_REMOTE_REPLICA_DATABASE_URLS: 'postgres://a.example/postgres,postgres://b.example/postgres',
  RATCHET_REMOTE_JWT_SECRET: 'super-secret',
};

it('are read from the environment, and removed from it', () => {
  const environment: NodeJS.ProcessEnv = { ...FULL, HOME: '/' };
  expect(takeSettings(environment)).toEqual({
    url: 'https://project.example',
    publishableKey: 'sb_publishable_1',
    secretKey: 'sb_secret_1',
    databaseUrl: FULL.RATCHET_REMOTE_DATABASE_URL,
    jwtSecret: 'super-secret',
    replicas: [
      { url: 'https://a.example', databaseUrl: 'postgres://a.example/postgres' },
      { url: 'https://b.example', databaseUrl: 'postgres://b.example/postgres' },
    ],
  });
  expect(environment).toEqual({ HOME: '/' });
  expect(takeSettings({ ...BARE })).toMatchObject({ databaseUrl: undefined, replicas: [] });
});

it.each<[what: string, environment: NodeJS.ProcessEnv, message: string]>([
  [
    'keys that are missing',
    { RATCHET_REMOTE_URL: BARE.RATCHET_REMOTE_URL },
    'set RATCHET_REMOTE_PUBLISHABLE_KEY, RATCHET_REMOTE_SECRET_KEY',
  ],
  ['an empty key', { ...BARE, RATCHET_REMOTE_SECRET_KEY: ' ' }, 'set RATCHET_REMOTE_SECRET_KEY'],
  [
    'a replica without database',
    { ...FULL, RATCHET_REMOTE_REPLICA_DATABASE_URLS: '' },
    'each replica needs a database URL',
  ],
  ['replicas without a primary', { ...FULL, RATCHET_REMOTE_DATABASE_URL: '' }, 'and so does the primary'],
  [
    'no URL',
    { ...BARE, RATCHET_REMOTE_URL: 'pass-word' },
    'RATCHET_REMOTE_URL must be a URL that starts with http: or https:',
  ],
  [
    'a URL of another kind',
    { ...FULL, RATCHET_REMOTE_DATABASE_URL: 'https://u:pass-word@x' },
    'RATCHET_REMOTE_DATABASE_URL must be a URL that starts with postgres: or postgresql:',
  ],
])('are reported by name when they are wrong, without values: %s', (_, environment, message) => {
  const refused = takeSettings(environment);
  expect(refused).toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) });
  expect(JSON.stringify(refused) + (refused as unknown as Error).message).not.toContain('pass-word');
});
