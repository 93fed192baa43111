/**
 * The URLs and keys of the target, from environment variables, which are removed so that no application inherits them.
 */
import { UsageError } from '../../errors.ts';
import { itemAt, required } from '../../required.ts';

export interface ReplicaSettings {
  url: string;
  databaseUrl: string;
}

export interface Settings {
  /** URL of the primary's API, without a trailing slash. */
  url: string;
  publishableKey: string;
  secretKey: string;
  databaseUrl: string | undefined;
  /** With which the target verifies the access tokens of users. */
  jwtSecret: string | undefined;
  replicas: readonly ReplicaSettings[];
}

const REQUIRED = ['RATCHET_REMOTE_URL', 'RATCHET_REMOTE_PUBLISHABLE_KEY', 'RATCHET_REMOTE_SECRET_KEY'] as const;
const OPTIONAL = [
  'RATCHET_REMOTE_DATABASE_URL',
  'RATCHET_REMOTE_REPLICA_URLS',
  'RATCHET_REMOTE_REPLICA_DATABASE_URLS',
  'RATCHET_REMOTE_JWT_SECRET',
] as const;
type Variable = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** Returns the settings, or an error if they are incomplete or invalid. Removes the variables from `environment`. */
export function takeSettings(environment: NodeJS.ProcessEnv): Settings | UsageError {
  const values = new Map<Variable, string>();
  for (const name of [...REQUIRED, ...OPTIONAL]) {
    const value = environment[name]?.trim();
    if (value) values.set(name, value);
    delete environment[name];
  }
  try {
    return settingsOf(values);
  } catch (error) {
    return error as UsageError;
  }
}

function settingsOf(values: ReadonlyMap<Variable, string>): Settings {
  const missing = REQUIRED.filter((name) => !values.has(name));
  if (missing.length > 0) {
    throw new UsageError('remote-settings', `no target is configured: set ${missing.join(', ')}`, SEE);
  }
  const databaseUrl = values.get('RATCHET_REMOTE_DATABASE_URL');
  const urls = listOf(values, 'RATCHET_REMOTE_REPLICA_URLS');
  const databaseUrls = listOf(values, 'RATCHET_REMOTE_REPLICA_DATABASE_URLS');
  if (urls.length !== databaseUrls.length || (urls.length > 0 && databaseUrl === undefined)) {
    throw new UsageError(
      'remote-settings',
      'each replica needs a database URL, and so does the primary: set RATCHET_REMOTE_REPLICA_URLS and RATCHET_REMOTE_REPLICA_DATABASE_URLS in the same order, and RATCHET_REMOTE_DATABASE_URL',
      SEE,
    );
  }
  if (databaseUrl !== undefined) requireUrl(databaseUrl, 'RATCHET_REMOTE_DATABASE_URL', DATABASE_SCHEMES);
  const given = (name: Variable): string => required(values.get(name), name);
  return {
    url: apiUrl(given('RATCHET_REMOTE_URL'), 'RATCHET_REMOTE_URL'),
    publishableKey: given('RATCHET_REMOTE_PUBLISHABLE_KEY'),
    secretKey: given('RATCHET_REMOTE_SECRET_KEY'),
    databaseUrl,
    jwtSecret: values.get('RATCHET_REMOTE_JWT_SECRET'),
    replicas: urls.map((url, at) => ({
      url: apiUrl(url, 'RATCHET_REMOTE_REPLICA_URLS'),
      databaseUrl: requireUrl(itemAt(databaseUrls, at), 'RATCHET_REMOTE_REPLICA_DATABASE_URLS', DATABASE_SCHEMES),
    })),
  };
}

const SEE = 'docs/REMOTE.md describes the variables';
const DATABASE_SCHEMES = ['postgres:', 'postgresql:'];

function listOf(values: ReadonlyMap<Variable, string>, name: Variable): string[] {
  return (values.get(name) ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}

function apiUrl(url: string, name: Variable): string {
  return requireUrl(url, name, ['http:', 'https:']).replace(/\/+$/, '');
}

/** The error does not contain the value, which may include a password. */
function requireUrl(url: string, name: Variable, schemes: readonly string[]): string {
  if (URL.canParse(url) && schemes.includes(new URL(url).protocol)) return url;
  throw new UsageError('remote-settings', `${name} must be a URL that starts with ${schemes.join(' or ')}`, SEE);
}
