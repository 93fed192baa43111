/** Opens a canary: a subject, the URL at which it runs, and what its primary and its metrics need. */
import { randomInt } from 'node:crypto';
import { displays } from '../channels/display/display-registry.ts';
import { pageStyle } from '../channels/subscribe.ts';
import { realClock, wallTime } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { credentialsOf, openGivenSession, openSession } from '../gateway/user-session.ts';
import { lockState } from '../lifetime/canary-lock.ts';
import { forbidCoreDumps } from '../lifetime/core-dumps.ts';
import type { Subject } from '../port/subject.ts';
import { UNMARKED_HINT } from '../port/test-target.ts';
import { Canary } from '../watch/canary.ts';
import type { CanaryListener } from '../watch/canary-judge.ts';
import type { OpenReversion } from '../watch/canary-memory.ts';
import { readSettings, type CanarySettings, type SettingsInput } from '../watch/canary-settings.ts';
import { readState, writeState, type CanaryState } from '../watch/canary-state.ts';
import type { CanarySummary } from '../watch/canary-tally.ts';
import { openMetrics, type MetricsOptions } from '../watch/open-telemetry.ts';
import { ReferenceApi } from '../watch/reference-api.ts';
import { SubscribedPages } from '../watch/subscribed-pages.ts';
import { requireHttpUrl, takeTargetSettings, type TakenSettings } from '../watch/target-settings.ts';
import { noStart, WatchedApp } from '../watch/watched-app.ts';
import { openProject, type ProjectOptions } from './project.ts';

export interface CanaryOptions extends Pick<ProjectOptions, 'subject' | 'folder'>, MetricsOptions {
  /** Where the application runs. Default: the URL of the subject. */
  url?: string | undefined;
  /** A JSON file of settings, which a reload reads again. */
  config?: string | undefined;
  /** Settings that take precedence over those of the file. */
  given: SettingsInput;
  /** The file that keeps what is remembered. Without it, a restart begins anew. */
  state?: string | undefined;
  /** Confirms that a generation may be started, although the target is not marked as a test target. */
  ownsTarget?: boolean;
  listener: CanaryListener;
  /** The variables of the target are taken out of it. */
  environment: NodeJS.ProcessEnv;
  /** Ends the preparation. */
  signal: AbortSignal;
}

export interface OpenedCanary {
  /** Where it runs. */
  target: string;
  settings: CanarySettings;
  hasReference: boolean;
  metricsUrl: string | undefined;
  /** What was open when the state was saved. */
  open: readonly OpenReversion[];
  run(signal: AbortSignal, durationMs?: number): Promise<CanarySummary>;
  /** @throws UsageError if the file is not valid; the settings then stay as they are */
  reload(): Promise<CanarySettings>;
  /** Stops the metrics, and lets another canary use the file of state. */
  close(): Promise<void>;
}

/** @throws RatchetError for bad input, a target that refuses its key, or metrics that cannot be served */
export async function openCanary(options: CanaryOptions): Promise<OpenedCanary> {
  const { config, given, state, environment, listener, signal } = options;
  const taken = takeTargetSettings(environment);
  if (taken.target !== undefined || taken.jwtSecret !== undefined) forbidCoreDumps();
  const { subject } = await openProject(options);
  const target = targetOf(options.url, subject);
  const clock = realClock();
  const reference = referenceOf(taken, subject, clock);
  const permit = async (settings: CanarySettings): Promise<CanarySettings> => {
    await requireSupported(settings, { subject, reference, ownsTarget: options.ownsTarget ?? false, signal });
    return settings;
  };
  const settings = await permit(readSettings(config, given));
  const credentials = credentialsFor(subject, taken, target);
  requireCredentials(credentials);
  const app = new WatchedApp({ subject, base: target, clock, credentials: (session) => credentials(session).headers });
  for (const key of settings.keys) app.pathOf(key);
  const store = openState(state, target);
  const { metrics, url: metricsUrl } = await openMetrics(options).catch((error: unknown) => {
    store.close();
    throw error;
  });
  const { display } = subject.frontEnd;
  const canary = new Canary({
    app,
    target,
    tracked: subject.tracked,
    display: typeof display === 'string' ? displays[display] : display,
    reference,
    pages: pagesOf(taken, subject, (session) => credentials(session).token),
    settings,
    before: store.before,
    clock,
    date: wallTime,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    metrics,
    listener,
    save: store.save,
  });
  return {
    target,
    settings,
    hasReference: reference !== undefined,
    metricsUrl,
    open: canary.open,
    run: (until, durationMs) => canary.run(until, durationMs),
    async reload() {
      const fresh = await permit(readSettings(config, given));
      for (const key of fresh.keys) app.pathOf(key);
      canary.reload(fresh);
      return fresh;
    },
    close() {
      store.close();
      return metrics.close();
    },
  };
}

interface StateStore {
  before: CanaryState | undefined;
  save(state: CanaryState): void;
  close(): void;
}

/** Without a file, nothing is kept. */
function openState(file: string | undefined, target: string): StateStore {
  if (file === undefined) return { before: undefined, save: () => undefined, close: () => undefined };
  const lock = lockState(file);
  try {
    return {
      before: readState(file, target),
      save(state) {
        lock.refresh();
        writeState(file, state);
      },
      close: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function targetOf(url: string | undefined, { name, runsAt }: Subject): string {
  const target = url ?? runsAt;
  if (target === undefined) {
    throw new UsageError(
      'canary-url',
      `the subject ${name} does not say where it runs`,
      'give the URL: ratchet watch URL',
    );
  }
  return requireHttpUrl(target, 'what is watched', 'such as https://staging.example.com');
}

function referenceOf(
  { target }: TakenSettings,
  { tracked }: Subject,
  clock: ReturnType<typeof realClock>,
): ReferenceApi | undefined {
  return target === undefined ? undefined : new ReferenceApi({ ...target, tracked, clock });
}

function pagesOf(
  { target }: TakenSettings,
  { tracked, frontEnd }: Subject,
  tokenOf: (session: string) => string | undefined,
): SubscribedPages | undefined {
  if (target === undefined) return undefined;
  const { url, browserKey: key } = target;
  return new SubscribedPages({ url, key, tracked, tokenOf, styleOf: (channel) => pageStyle(channel, frontEnd.live) });
}

interface Permission {
  subject: Subject;
  reference: ReferenceApi | undefined;
  ownsTarget: boolean;
  signal: AbortSignal;
}

async function requireSupported(
  { channel, start, newest, timeout_ms: limitMs }: CanarySettings,
  { subject, reference, ownsTarget, signal }: Permission,
): Promise<void> {
  const { name, tracked, requests } = subject;
  if (newest !== undefined && reference === undefined) {
    throw new UsageError(
      'canary-newest',
      '`newest` needs the API of the primary',
      'set RATCHET_REMOTE_URL and a key: docs/CANARY.md',
    );
  }
  if (channel !== 'poll' && reference === undefined) {
    throw new UsageError(
      'canary-channel',
      `the channel ${channel} needs the Supabase of the application`,
      'set RATCHET_REMOTE_URL and a key: docs/CANARY.md',
    );
  }
  if (start === undefined) return;
  if (requests?.start === undefined) throw noStart(name);
  if (tracked.generation === undefined) {
    const problem = `a generation cannot be started again and again: the table ${tracked.table} has no column that counts generations`;
    throw new UsageError('canary-start', problem, 'name it in database.generation of the subject, or remove `start`');
  }
  if (ownsTarget) return;
  if (reference !== undefined && (await reference.isMarked({ limitMs, signal }))) return;
  const problem = 'the target is not marked as a test target, so no generation is started';
  throw new UsageError('remote-unmarked', problem, UNMARKED_HINT);
}

/** A token that is wrong from the beginning is a mistake; one that expires later is a poll that fails. */
function requireCredentials(credentials: (session: string) => unknown): void {
  try {
    credentials('session-1');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const problem = `the accessToken of session-1 ${(error as Error).message}`;
    throw new UsageError('session-invalid', problem, 'give one that is valid: docs/SESSION.md');
  }
}

interface Credentials {
  headers: Readonly<Record<string, string>>;
  token: string | undefined;
}

/** Access tokens that are signed here are renewed before they expire. */
const RENEW_AFTER_MS = 30 * 60_000;

function credentialsFor(
  { session: choice, name }: Subject,
  { target, jwtSecret }: TakenSettings,
  base: string,
): (session: string) => Credentials {
  const signed = new Map<string, { at: number; of: Credentials }>();
  return (session) => {
    const user = typeof choice === 'function' ? choice(session) : choice;
    if (user === undefined) return { headers: {}, token: undefined };
    const nowMs = wallTime().getTime();
    const known = signed.get(session);
    if (known !== undefined && nowMs - known.at < RENEW_AFTER_MS) return known.of;
    if (jwtSecret === undefined && user.accessToken === undefined) {
      const problem = `the subject ${name} has a session, but no access token can be signed`;
      throw new UsageError(
        'session-unsupported',
        problem,
        'set RATCHET_REMOTE_JWT_SECRET, or give an accessToken: docs/SESSION.md',
      );
    }
    const opened = jwtSecret === undefined ? openGivenSession(user, nowMs) : openSession(user, jwtSecret, nowMs);
    const of = { headers: credentialsOf(user, opened, target?.url ?? base), token: opened.access_token };
    signed.set(session, { at: nowMs, of });
    return of;
  };
}
