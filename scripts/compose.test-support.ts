/** Runs docker compose with the repository's docker-compose.yml. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export const KEYS = {
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_a-key',
  SUPABASE_SECRET_KEY: 'sb_secret_another-key',
};
export const PASSWORD = 'a-password';

export function compose(args: readonly string[], environment: Record<string, string> = {}) {
  const secrets = { POSTGRES_PASSWORD: PASSWORD, JWT_SECRET: 'a-secret-of-32-characters-or-more' };
  const env = { ...process.env, ...secrets, ...KEYS, ...environment };
  return spawnSync('docker', ['compose', ...args], { cwd: root, env, encoding: 'utf8', timeout: 180_000 });
}
