import type { Command } from 'commander';
import { Option } from 'commander';
import type { TrackedTable } from '../port/backend.ts';
import { ExitCode } from '../errors.ts';
import { CLI_KEYS, legacyKey } from '../gateway/api-access.ts';
import { printable, printableData } from '../report/printable.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { readMigrations } from '../runner/migration-files.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { startUp, type Up } from '../up/up.ts';
import type { FaultRequest } from '../up/control.ts';
import { parseLag } from './lag-argument.ts';
import { backendOption, wholeNumber } from './options.ts';
import { printError, palette, print, progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface UpFlags {
  backend: string;
  replicas: number;
  subject?: string;
  migrations?: string[];
  seed: boolean;
  lag?: FaultRequest;
  port: number;
  name?: string;
  stableKeys?: true;
  output: 'pretty' | 'env';
}

export function addUp(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('up')
    .description('start a Supabase with lagging replicas for any application, and keep it running until Ctrl-C')
    .addOption(backendOption())
    .addOption(
      new Option('--replicas <n>', 'number of streaming replicas, at most 8').default(1).argParser(wholeNumber(0, 8)),
    )
    .addOption(
      new Option(
        '--subject <name>',
        'subject whose migrations are applied: a name that `ratchet list` shows, or the path of a file that exports a `subject`',
      ).default(undefined, 'the subject of ratchet.config.ts, if any'),
    )
    .addOption(
      new Option('--migrations <path>', 'instead of a subject: a SQL file or a folder of them; may be repeated')
        .conflicts('subject')
        .argParser((path: string, previous: string[] = []) => [...previous, path]),
    )
    .addOption(
      new Option('--no-seed', 'without the seed files of a project, which are applied after its supabase/migrations'),
    )
    .addOption(new Option('--lag <how>', 'initial lag of every replica: 5s, 500ms or pause').argParser(parseLag))
    .addOption(new Option('--port <n>', 'port of the API').default(0, 'a free port').argParser(wholeNumber(0, 65_535)))
    .addOption(new Option('--name <name>', 'name of the environment, for `ratchet lag --up NAME` (default: up)'))
    .addOption(new Option('--stable-keys', "the keys and the JWT secret of Supabase's CLI instead of random ones"))
    .addOption(
      new Option('-o, --output <form>', 'output format of URLs and keys').choices(['pretty', 'env']).default('pretty'),
    )
    .addHelpText('after', '\nControl it from another terminal: `ratchet lag --help`, `ratchet fault --help`.')
    .action(async (flags: UpFlags) => finish(await keepUp(flags, signal)));
}

async function keepUp(flags: UpFlags, signal: AbortSignal): Promise<number> {
  const schema = await schemaOf(flags);
  const { replicas, port, name } = flags;
  const up = await startUp({
    backend: await loadBackend(flags.backend),
    replicas,
    migrations: schema.migrations,
    tracked: schema.tracked,
    faults: flags.lag === undefined ? [] : [flags.lag],
    port,
    name,
    ...(flags.stableKeys ? { keys: CLI_KEYS } : {}),
    onProgress: (message) => progress(message),
    signal,
  });
  try {
    print(
      flags.output === 'env'
        ? variablesOf(up)
        : describe(printableData({ ...up }), printable(`${flags.backend}, ${schema.name}`)),
    );
    const death = await Promise.race([up.died, aborted(signal)]);
    if (death !== undefined) printError(death);
    return death === undefined ? ExitCode.valid : ExitCode.unknown;
  } finally {
    await up.close();
  }
}

interface Schema {
  name: string;
  migrations: { name: string; sql: string }[];
  tracked: TrackedTable | undefined;
}

async function schemaOf({ subject, migrations, seed }: UpFlags): Promise<Schema> {
  if (migrations !== undefined) {
    return { name: migrations.join(', '), migrations: await readMigrations(migrations, { seed }), tracked: undefined };
  }
  const catalogue = await openCatalogue(process.cwd());
  const name = subject ?? catalogue.subjectOfConfig;
  if (name === undefined) return { name: 'an empty database', migrations: [], tracked: undefined };
  const { migrations: paths, tracked, name: found } = await catalogue.loadSubject(name);
  return { name: `the schema of ${found}`, migrations: await readMigrations(paths, { seed }), tracked };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function describe(up: Up, what: string): string {
  const [primary, ...replicas] = up.nodes;
  const rows: [label: string, value: string | undefined][] = [
    ['API URL', up.apiUrl],
    ['DB URL', primary!.databaseUrl],
    ['Publishable key', up.publishableKey],
    ['Secret key', up.secretKey],
    ['primary API URL', primary!.apiUrl],
    ...replicas.flatMap(({ name, apiUrl, databaseUrl }): [string, string | undefined][] => [
      [`${name} API URL`, apiUrl],
      [`${name} DB URL`, databaseUrl],
    ]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = rows.filter(([, value]) => value !== undefined);
  const which = up.name === 'up' ? '' : ` --up ${up.name}`;
  return [
    palette.bold(`${up.name}: ${what}`),
    ...lines.map(([label, value]) => `${label.padStart(width)}: ${value}`),
    ...up.notes.map((note) => `${'note'.padStart(width)}: ${note}`),
    palette.dim(`Ctrl-C ends it. From another terminal: ratchet lag 5s${which} · ratchet fault list${which}`),
  ].join('\n');
}

/** The variables of `supabase status -o env`, and those of the single databases. */
function variablesOf({ apiUrl, publishableKey, secretKey, jwtSecret, nodes }: Up): string {
  const [primary, ...replicas] = nodes;
  const urls = (of: readonly (string | undefined)[]): string => of.filter((url) => url !== undefined).join(',');
  const variables = {
    API_URL: apiUrl,
    REST_URL: `${apiUrl}/rest/v1`,
    DB_URL: primary!.databaseUrl ?? '',
    PUBLISHABLE_KEY: publishableKey,
    SECRET_KEY: secretKey,
    ANON_KEY: jwtSecret === undefined ? publishableKey : legacyKey('anon', { jwtSecret }),
    SERVICE_ROLE_KEY: jwtSecret === undefined ? secretKey : legacyKey('service_role', { jwtSecret }),
    ...(jwtSecret === undefined ? {} : { JWT_SECRET: jwtSecret }),
    PRIMARY_API_URL: primary!.apiUrl,
    REPLICA_API_URLS: urls(replicas.map((replica) => replica.apiUrl)),
    REPLICA_DB_URLS: urls(replicas.map((replica) => replica.databaseUrl)),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value}"`)
    .join('\n');
}
