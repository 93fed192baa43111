/** A container of a run: published on the loopback only, labelled with its owner, monitored. */
import type { StartedTestContainer, WaitStrategy } from 'testcontainers';
import { GenericContainer } from 'testcontainers';
import type { Readable } from 'node:stream';
import { EnvironmentError } from '../../errors.ts';
import { lastLines } from '../postgres/last-lines.ts';
import { firstOf } from '../../required.ts';
import type { Docker, Engine } from './engine.ts';
import { withEngineTimeout, engineFull, engineGone, isDiskFull, isMissing, isUnreachable } from './engine.ts';
import type { Run } from './labels.ts';
import { onFreePort } from './free-port.ts';

export interface ContainerOptions {
  engine: Engine;
  run: Run;
  /** Name of the container; also its host name on the run's networks. */
  name: string;
  image: string;
  entrypoint?: string[];
  command: string[];
  environment: Record<string, string>;
  files?: { content: string; target: string }[];
  /** Port in the container; published on a free loopback port. */
  port: number;
  networks: readonly string[];
  /** Called if the container ends unexpectedly. */
  onDeath(reason: EnvironmentError): void;
}

export interface RunningContainer {
  id: string;
  /** The address at which its port is published. */
  at: { host: string; port: number };
  signal(name: string): Promise<void>;
  /** Suspends the container. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends the container without a call of `onDeath`. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  leave(network: string): Promise<void>;
  join(network: string): Promise<void>;
  /** Writes a file, which need not exist. The container may be down. */
  write(target: string, content: string): Promise<void>;
  /** A folder with its contents, as a tar archive whose one top entry has the name of the folder. The container may be down. */
  archiveOf(folder: string): Promise<Readable>;
  /** Extracts a tar archive into a folder that exists, with the owners and modes of its entries. The container may be down. */
  extract(archive: Readable, folder: string): Promise<void>;
  /** The last lines of its log. */
  lastLogLines(): Promise<string>;
}

/**
 * Copies a folder into a folder of another container, which exists. Both may be down.
 * The engine locks the source until its archive is read or closed: each later call about it would wait.
 */
export async function copyFolder(
  from: { container: Pick<RunningContainer, 'archiveOf'>; folder: string },
  to: { container: Pick<RunningContainer, 'extract'>; folder: string },
): Promise<void> {
  const archive = await from.container.archiveOf(from.folder);
  try {
    await to.container.extract(archive, to.folder);
  } finally {
    archive.destroy();
  }
}

const LOG_LINES = 30;
const FILE_MODE = 0o644;

export async function startContainer(options: ContainerOptions): Promise<RunningContainer> {
  const { docker } = options.engine;
  return onFreePort(async (port) => {
    const container = new LoopbackContainer(options, port);
    try {
      const started = await withEngineTimeout(container.start());
      const running = new StartedContainer(options, started, port);
      void running.watch();
      return running;
    } catch (error) {
      const { createdId } = container;
      if (createdId !== undefined)
        await docker
          .getContainer(createdId)
          .remove({ force: true, v: true })
          .catch(() => {});
      throw startFailure(options, error);
    }
  });
}

class LoopbackContainer extends GenericContainer {
  readonly #options: ContainerOptions;
  readonly #port: number;
  createdId: string | undefined;

  constructor(options: ContainerOptions, port: number) {
    super(options.image);
    this.#options = options;
    this.#port = port;
    this.withName(`ratchet-${options.run.id}-${options.name}`)
      .withLabels(options.run.labels)
      .withEnvironment(options.environment)
      .withCommand(options.command)
      .withExposedPorts({ container: options.port, host: port })
      .withNetworkMode(firstOf(options.networks))
      // The labels and the sweep replace testcontainers' reaper, which would require another image.
      .withAutoCleanup(false)
      .withWaitStrategy(noWait);
    if (options.entrypoint) this.withEntrypoint(options.entrypoint);
    if (options.files) this.withCopyContentToContainer(options.files.map((file) => ({ ...file, mode: FILE_MODE })));
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const { port, networks, name } = this.#options;
    this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(this.#port) }] };
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [firstOf(networks)]: { Aliases: [name] } } };
    this.createOpts.Hostname = name;
  }

  /** Older engines accept only one network when a container is created. */
  protected override async containerCreated(id: string): Promise<void> {
    this.createdId = id;
    const { engine, networks, name } = this.#options;
    for (const network of networks.slice(1)) {
      await engine.docker.getNetwork(network).connect({ Container: id, EndpointConfig: { Aliases: [name] } });
    }
  }
}

/** Readiness is checked over SQL and HTTP: testcontainers would use a shell, which not every image contains. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
};

class StartedContainer implements RunningContainer {
  readonly id: string;
  readonly at: { host: string; port: number };
  readonly #options: ContainerOptions;
  readonly #files: StartedTestContainer;
  /** The current run of the container; `watch` may report the end of an earlier run late. */
  #run = { endIsExpected: false };

  constructor(options: ContainerOptions, started: StartedTestContainer, port: number) {
    this.#options = options;
    this.#files = started;
    this.id = started.getId();
    this.at = { host: '127.0.0.1', port };
  }

  async signal(name: string): Promise<void> {
    await withEngineTimeout(this.#container.kill({ signal: name }));
  }

  async freeze(): Promise<void> {
    await withEngineTimeout(this.#container.pause());
  }

  async thaw(): Promise<void> {
    await withEngineTimeout(this.#container.unpause());
  }

  async kill(): Promise<void> {
    this.#run.endIsExpected = true;
    const ended = this.#container.wait();
    await withEngineTimeout(this.#container.kill());
    await withEngineTimeout(ended);
  }

  async start(): Promise<void> {
    await withEngineTimeout(this.#container.start());
    this.#run = { endIsExpected: false };
    void this.watch();
  }

  async leave(network: string): Promise<void> {
    await withEngineTimeout(this.#docker.getNetwork(network).disconnect({ Container: this.id }));
  }

  async join(network: string): Promise<void> {
    const { name } = this.#options;
    await withEngineTimeout(
      this.#docker.getNetwork(network).connect({ Container: this.id, EndpointConfig: { Aliases: [name] } }),
    );
  }

  async write(target: string, content: string): Promise<void> {
    await withEngineTimeout(this.#files.copyContentToContainer([{ content, target, mode: FILE_MODE }]));
  }

  async archiveOf(folder: string): Promise<Readable> {
    return (await withEngineTimeout(this.#files.copyArchiveFromContainer(folder))) as Readable;
  }

  async extract(archive: Readable, folder: string): Promise<void> {
    await withEngineTimeout(this.#files.copyArchiveToContainer(archive, folder));
  }

  async lastLogLines(): Promise<string> {
    const log = await this.#container.logs({ stdout: true, stderr: true, tail: LOG_LINES }).catch(() => '');
    return lastLines(withoutFraming(Buffer.from(log as unknown as Uint8Array)), 3) || 'its log is empty';
  }

  async watch(): Promise<void> {
    const { name, onDeath } = this.#options;
    const run = this.#run;
    try {
      const { StatusCode: code } = (await this.#container.wait()) as { StatusCode: number };
      if (run.endIsExpected) return;
      const what = `The container ${name} ended (exit code ${code}): ${await this.lastLogLines()}`;
      onDeath(
        isDiskFull(what)
          ? engineFull(what)
          : new EnvironmentError('container-died', what, 'The run is inconclusive; start it again.'),
      );
    } catch (error) {
      if (!isMissing(error)) onDeath(engineGone(error));
    }
  }

  get #docker(): Docker {
    return this.#options.engine.docker;
  }

  get #container(): ReturnType<Docker['getContainer']> {
    return this.#docker.getContainer(this.id);
  }
}

/** Removes the engine's framing: each chunk of the log has a header of 8 bytes, with its stream and its length. */
function withoutFraming(log: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= log.length;) {
    const size = log.readUInt32BE(at + 4);
    text += log.toString('utf8', at + 8, at + 8 + size);
    at += 8 + size;
  }
  return text;
}

function startFailure({ name, image }: ContainerOptions, error: unknown): unknown {
  if (error instanceof EnvironmentError) return error;
  if (isUnreachable(error)) return engineGone(error);
  const { message } = error as Error;
  // `onFreePort` retries with another port.
  if (/port is already allocated|address already in use/i.test(message)) return error;
  const what = `The container ${name} (${image}) could not be started: ${message}`;
  if (isDiskFull(message)) return engineFull(what, error);
  return new EnvironmentError('container-not-started', what, undefined, error);
}
