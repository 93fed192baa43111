/** What a canary looks at, how often, and what it does not accept: the file that `--config` names. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readJsonFile } from '../json-file.ts';
import { CHANNEL_NAMES } from '../port/channel.ts';
import { shortPath } from '../short-path.ts';

/** The value of a key column, or the columns of a composite key. */
const KeyField = z.union([z.string().min(1), z.number(), z.record(z.string(), z.union([z.string(), z.number()]))]);
const DAY_MS = 86_400_000;
const everyMs = z.number().int().min(100).max(DAY_MS);

/** How many pairs of session and key are watched at most: memory is bounded. */
const TABS_MAX = 1_000;

/** A server of Realtime has few connections for each project. */
const SUBSCRIPTIONS_MAX = 100;

const Settings = z
  .strictObject({
    /** Keys of rows that exist. */
    keys: z.array(KeyField).default([]),
    /** The newest rows of the table, which are asked for again and again. */
    newest: z
      .strictObject({
        count: z.number().int().min(1).max(100),
        by: z.string().min(1),
        every_ms: everyMs.default(30_000),
      })
      .optional(),
    /** A generation that is started again and again. */
    start: z.strictObject({ key: KeyField, every_ms: z.number().int().min(1_000).max(DAY_MS) }).optional(),
    /** How a session looks: by polls, by a subscription to the row, or by both. */
    channel: z.enum(CHANNEL_NAMES).default('poll'),
    sessions: z.number().int().min(1).max(100).default(2),
    /** The pause between an answer and the next poll of a session, on average. */
    every_ms: everyMs.default(2_000),
    /** The pause between two reference reads of a key. */
    reference_every_ms: everyMs.default(2_000),
    /** Bounds all requests together. */
    requests_per_second_max: z.number().min(0.01).max(100).default(5),
    timeout_ms: z.number().int().min(1).max(DAY_MS).default(10_000),
    /** Sent with each poll. */
    headers: z.record(z.string(), z.string()).default({}),
    max_staleness_ms: z.number().min(0).optional(),
    min_availability: z.number().min(0).max(1).optional(),
  })
  .refine((settings) => pairsIn(settings) <= TABS_MAX, {
    error: `more than ${TABS_MAX} pairs of session and key would be watched: take fewer keys or sessions`,
  })
  .refine((settings) => settings.channel === 'poll' || pairsIn(settings) <= SUBSCRIPTIONS_MAX, {
    error: `more than ${SUBSCRIPTIONS_MAX} pairs of session and key would subscribe: take fewer keys or sessions`,
  });

interface Watched {
  keys: readonly unknown[];
  newest?: { count: number } | undefined;
  start?: unknown;
  sessions: number;
}

function pairsIn({ keys, newest, start, sessions }: Watched): number {
  return (keys.length + (newest?.count ?? 0) + (start === undefined ? 0 : 1)) * sessions;
}

export type CanarySettings = z.infer<typeof Settings>;
export type SettingsInput = z.input<typeof Settings>;

/**
 * @param file read again at each call
 * @param given take precedence over the file
 * @throws UsageError that names the file, and what is wrong with it
 */
export function readSettings(file: string | undefined, given: SettingsInput): CanarySettings {
  const fromFile = file === undefined ? {} : readJsonFile(file, z.record(z.string(), z.unknown()), invalidIn(file));
  const result = Settings.safeParse({ ...fromFile, ...given });
  if (result.success) return requireSomething(result.data);
  const [issue] = result.error.issues;
  throw invalidIn(file)(`${issue?.path.join('.')}: ${issue?.message}`.replace(/^: /, ''));
}

function requireSomething(settings: CanarySettings): CanarySettings {
  const { keys, newest, start } = settings;
  if (keys.length > 0 || newest !== undefined || start !== undefined) return settings;
  throw new UsageError(
    'canary-keys',
    'there is nothing to watch',
    'name a key with --key KEY, or `keys` or `newest` in --config FILE',
  );
}

function invalidIn(file: string | undefined): (what: string) => UsageError {
  const where = file === undefined ? '' : `${shortPath(file)}: `;
  return (what) =>
    new UsageError(
      'canary-config',
      `${where}${what.replaceAll(/\s*\n\s*/g, ' ')}`,
      'docs/CANARY.md describes every field',
    );
}
