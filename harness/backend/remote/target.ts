/** Checks of the target before anything is written to it: it answers, accepts the keys, is marked, has the table. */
import { wallTime } from '../../clock.ts';
import { EnvironmentError, UsageError } from '../../errors.ts';
import { signToken } from '../../gateway/access-token.ts';
import type { TrackedTable } from '../../port/backend.ts';
import { TEST_TARGET_TABLE, UNMARKED_HINT } from '../../port/test-target.ts';
import { keyColumns } from '../../tracked-values.ts';
import { keyHeaders } from './remote-rest.ts';
import type { Settings } from './remote-settings.ts';

const TIMEOUT_MS = 10_000;
/** How long the token of the check is valid. */
const TOKEN_S = 60;

interface Answer {
  ok: boolean;
  status: number;
  /** Error code of PostgREST or PostgreSQL. Errors of the API gateway have none. */
  code: string | undefined;
  message: string;
}

/** Whether the target is marked. @throws RatchetError if it does not answer or refuses a key */
export async function isMarked(settings: Settings, signal?: AbortSignal): Promise<boolean> {
  const { secretKey, publishableKey } = settings;
  const answer = await query(settings, secretKey, `${TEST_TARGET_TABLE}?limit=1`, signal);
  requireKey(answer, 'RATCHET_REMOTE_SECRET_KEY');
  requireKey(
    await query(settings, publishableKey, `${TEST_TARGET_TABLE}?limit=1`, signal),
    'RATCHET_REMOTE_PUBLISHABLE_KEY',
  );
  if (answer.status >= 500 || (answer.status >= 300 && answer.status < 400)) throw broken(answer);
  return answer.ok;
}

/** @throws UsageError if the target refuses tokens that are signed with the JWT secret */
export async function requireJwtSecret(settings: Settings, jwtSecret: string, signal?: AbortSignal): Promise<void> {
  const token = signToken({ role: 'anon', exp: Math.floor(wallTime().getTime() / 1e3) + TOKEN_S }, jwtSecret);
  const asked = { authorization: `Bearer ${token}` };
  const answer = await query(settings, settings.publishableKey, `${TEST_TARGET_TABLE}?limit=1`, signal, asked);
  if (answer.status !== 401 || answer.code === '42501') return;
  throw new UsageError(
    'remote-jwt-refused',
    `the target refuses a token that is signed with RATCHET_REMOTE_JWT_SECRET: ${answer.message}`,
    'check the secret; a project may verify tokens by asymmetric keys instead',
  );
}

/** @throws UsageError unless the target may be written to */
export function requirePermission(isMarked: boolean, ownsTarget: boolean | undefined, which: string): void {
  if (isMarked || ownsTarget) return;
  throw new UsageError(
    'remote-unmarked',
    `${which} is not marked as a test target, so nothing is written to it`,
    UNMARKED_HINT,
  );
}

/** @throws UsageError when the table or one of its columns is missing */
export async function requireTable(settings: Settings, tracked: TrackedTable, signal?: AbortSignal): Promise<void> {
  const { table, generation, progress, status } = tracked;
  const columns = [...keyColumns(tracked), generation, progress, status].filter((name) => name !== undefined);
  const path = `${encodeURIComponent(table)}?select=${columns.map(encodeURIComponent).join(',')}&limit=1`;
  const answer = await query(settings, settings.secretKey, path, signal);
  if (answer.ok) return;
  throw new UsageError(
    'remote-schema',
    `the target has no table ${table} with the columns ${columns.join(', ')}: ${answer.message}`,
    "apply the subject's schema to it; Ratchet does not apply migrations to a remote target",
  );
}

/** The reason for a failure, without any part of the request, which may contain keys. */
export function reasonOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return cause?.code ?? (error as { code?: string }).code ?? cause?.message ?? name;
}

async function query(
  { url, secretKey, publishableKey }: Settings,
  key: string,
  path: string,
  signal?: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${url}/rest/v1/${path}`, {
    headers: { ...keyHeaders(key), ...more },
    redirect: 'manual',
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new EnvironmentError(
      'remote-unreachable',
      `the target at RATCHET_REMOTE_URL cannot be reached: ${reasonOf(error)}`,
      'check the URL, and that the project is running',
    );
  });
  const text = await response.text();
  const { code, message } = parse(text);
  const safe = (message ?? `HTTP ${response.status}`).replaceAll(secretKey, '…').replaceAll(publishableKey, '…');
  return { ok: response.ok, status: response.status, code, message: safe };
}

function parse(text: string): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(text) as Record<string, unknown>;
    return { ...(typeof code === 'string' ? { code } : {}), ...(typeof message === 'string' ? { message } : {}) };
  } catch {
    return {};
  }
}

/** A missing privilege of the role has PostgreSQL's error code 42501; a refused key has no such code. */
function requireKey({ status, code, message }: Answer, variable: string): void {
  if ((status !== 401 && status !== 403) || code === '42501') return;
  throw new UsageError('remote-key-refused', `the target refuses the key of ${variable}: ${message}`, 'check the key');
}

function broken({ status, message }: Answer): EnvironmentError {
  return new EnvironmentError('remote-broken', `the target at RATCHET_REMOTE_URL answers HTTP ${status}: ${message}`);
}
