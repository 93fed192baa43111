/** Starts the containers of a cluster, with as much as possible in parallel. */
import { randomBytes } from 'node:crypto';
import type { EnvironmentError } from '../../errors.ts';
import type { BootedServers, BootOptions } from '../postgres/boot.ts';
import { connectTo } from '../postgres/connect.ts';
import type { OpenServer } from '../postgres/open-servers.ts';
import type { ApplyOutage } from '../postgres/server-node.ts';
import { openPrimary, openReplica } from '../postgres/open-servers.ts';
import type { Teardown } from '../../lifetime/teardown.ts';
import type { WalProxy } from '../postgres/wal-proxy.ts';
import { firstOf, required } from '../../required.ts';
import type { Database, DatabaseOptions } from './database-container.ts';
import { MIGRATOR, startPrimary, startReplica, untilReady } from './database-container.ts';
import type { Engine } from './engine.ts';
import { rootCause, findEngine, watchEngine } from './engine.ts';
import type { Image } from './images.ts';
import { postgresImage, requireImage, restImage } from './images.ts';
import { makeRun } from './labels.ts';
import { makeNetworks, type Networks } from './networks.ts';
import { removeRun, sweep } from './removal.ts';
import { outagesOf } from './container-outages.ts';
import { promotionOperations } from './containers-promotion.ts';
import { RestContainer } from './rest-container.ts';
import { listenForStandby } from './standby-proxy.ts';

export async function boot(options: BootOptions): Promise<BootedServers> {
  const { teardown, cluster } = options;
  const context = await prepare(options);
  const { postgres, rest } = context.images;
  cluster.onProgress(`starting ${postgres.name}: primary and ${cluster.replicas} replicas`);
  const database = await startPrimary(context.database('primary'));
  await untilReady(database, teardown.signal);
  await prepareRoles(database, context.password);
  // The replicas copy the primary while the migrations are applied to it.
  const launches = Array.from({ length: cluster.replicas }, (_, index) => launchStandby(index + 1, database, context));
  for (const launch of launches) launch.catch(() => {});
  const onFailure: BootOptions['onFailure'] = (reason, server) =>
    void rootCause(context.engine, reason).then((cause) => options.onFailure(cause, server));
  const primary = await openPrimary(
    context.withRest(database),
    { ...options, onFailure },
    { ...database.address, user: MIGRATOR },
  );
  const standbys = await Promise.all(launches);
  const outages = new Map(
    standbys.map((standby) => [standby.database.name, outagesOf(standby.database, context.networks, teardown)]),
  );
  const outageOf = (name: string): ApplyOutage => required(outages.get(name), name);
  const replicas = await Promise.all(
    standbys.map(({ database: replica, proxy }) =>
      openReplica({ ...context.withRest(replica), proxy, outage: outageOf(replica.name) }, primary, teardown),
    ),
  );
  const promotion = promotionOperations(
    database,
    standbys.map((standby) => standby.database),
    { teardown, outageOf },
  );
  const found = await primary.owner<{ version: string }[]>`select current_setting('server_version') as version`;
  const versions = {
    database: `PostgreSQL ${firstOf(found).version} (${postgres.description})`,
    rest: rest.description,
  };
  return { primary, replicas, promotion, versions };
}

/** Shared by the containers of one run. */
interface RunContext {
  engine: Engine;
  networks: Networks;
  images: { postgres: Image; rest: Image };
  /** The password of every role in this run. */
  password: string;
  teardown: Teardown;
  /** The options with which the database of that name is started. */
  database(name: string): DatabaseOptions;
  /** The database together with its REST layer. */
  withRest(database: Database): OpenServer;
}

async function prepare({ teardown, cluster, keys, onFailure }: BootOptions): Promise<RunContext> {
  const engine = await findEngine();
  await sweep(engine);
  const pulling = { onProgress: cluster.onProgress, signal: teardown.signal };
  const images = {
    postgres: await requireImage(engine, postgresImage(), pulling),
    rest: await requireImage(engine, restImage(), pulling),
  };
  teardown.signal.throwIfAborted();
  const run = makeRun();
  // Removed twice: first so that pending operations fail soon, then to remove what they have created meanwhile.
  teardown.add('stop', () => removeRun(engine, run));
  teardown.add('remove', () => removeRun(engine, run));
  teardown.add('disconnect', await watchEngine(engine, onFailure));
  const networks = await makeNetworks(engine, run);
  const password = randomBytes(16).toString('hex');
  const common = (name: string) => ({
    engine,
    run,
    password,
    onDeath: (reason: EnvironmentError) => onFailure(reason, name),
  });
  return {
    engine,
    networks,
    images,
    password,
    teardown,
    database: (name) => ({
      ...common(name),
      name,
      image: images.postgres,
      networks: [networks.clients, networks.replication],
    }),
    withRest: ({ name, address, container }) => {
      const layer = { image: images.rest, database: name, keys, networks: [networks.clients], signal: teardown.signal };
      return {
        name,
        address,
        lastLog: () => container.lastLogLines(),
        rest: new RestContainer({ ...common(name), ...layer }),
      };
    },
  };
}

interface Standby {
  database: Database;
  proxy: WalProxy;
}

async function launchStandby(
  number: number,
  primary: Database,
  { networks, teardown, database }: RunContext,
): Promise<Standby> {
  const { proxy, reachedAt } = await listenForStandby(networks, primary.address.at);
  teardown.add('disconnect', () => proxy.close());
  const standby = await startReplica(database(`replica-${number}`), { host: reachedAt, port: proxy.port });
  await untilReady(standby, teardown.signal);
  return { database: standby, proxy };
}

/** In Supabase's image `authenticator`, the role of the REST layer, has no password. */
async function prepareRoles({ address, promoter }: Database, password: string): Promise<void> {
  const connection = connectTo(address, 1);
  try {
    await connection.unsafe(`alter role authenticator login password '${password}'`);
    await connection.unsafe(`create role ${promoter.user} superuser login password '${password}'`);
  } finally {
    await connection.end({ timeout: 0 });
  }
}
