/** The Supabase of the application, from the environment variables of `--backend remote`, which are removed. */
import { UsageError } from '../errors.ts';

export interface TargetSettings {
  /** URL of the primary's API, without a trailing slash. */
  url: string;
  /** The secret key if it is given, else the publishable key. */
  key: string;
  /** The key of browsers: the publishable key if it is given, else the secret key. */
  browserKey: string;
}

export interface TakenSettings {
  target: TargetSettings | undefined;
  /** With which access tokens of users are signed. */
  jwtSecret: string | undefined;
}

const SEE = 'docs/CANARY.md describes the variables';

/** @throws UsageError for a URL without a key, or one that is none; the message does not contain it */
export function takeTargetSettings(environment: NodeJS.ProcessEnv): TakenSettings {
  const take = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    delete environment[name];
    return value === '' ? undefined : value;
  };
  const url = take('RATCHET_REMOTE_URL');
  const [secret, publishable] = [take('RATCHET_REMOTE_SECRET_KEY'), take('RATCHET_REMOTE_PUBLISHABLE_KEY')];
  const jwtSecret = take('RATCHET_REMOTE_JWT_SECRET');
  if (url === undefined) return { target: undefined, jwtSecret };
  const key = secret ?? publishable;
  if (key === undefined) {
    const problem =
      'RATCHET_REMOTE_URL is set without a key: set RATCHET_REMOTE_PUBLISHABLE_KEY or RATCHET_REMOTE_SECRET_KEY';
    throw new UsageError('remote-settings', problem, SEE);
  }
  const target = requireHttpUrl(url, 'RATCHET_REMOTE_URL', SEE).replace(/\/+$/, '');
  return { target: { url: target, key, browserKey: publishable ?? key }, jwtSecret };
}

/** @throws UsageError that names the value by `what` */
export function requireHttpUrl(text: string, what: string, hint: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError('url-invalid', `${what} must be a URL that starts with http: or https:`, hint);
  }
  const { username, password } = new URL(text);
  if (username === '' && password === '') return text;
  throw new UsageError(
    'url-invalid',
    'a URL must not contain a user or a password',
    'send them in `headers` of --config FILE',
  );
}
