/** A container of a run: published on the loopback alone, labelled with its owner, watched. */
import type { WaitStrategy } from 'testcontainers';
import { GenericContainer } from 'testcontainers';
import { EnvironmentError } from '../../errors.ts';
import { lastLines } from '../postgres/last-lines.ts';
import type { Docker, Engine } from './engine.ts';
import { asked, engineFull, engineGone, isFull, isMissing, isUnreachable } from './engine.ts';
import type { Run } from './labels.ts';
import { onFreePort } from './free-port.ts';

export interface ContainerOptions {
  engine: Engine;
  run: Run;
  /** Also its host name on the run's networks. */
  name: string;
  image: string;
  entrypoint?: string[];
  command: string[];
  environment: Record<string, string>;
  files?: { content: string; target: string }[];
  /** Of the container; published on a free port of the loopback. */
  port: number;
  networks: readonly string[];
  /** Told when it ends and nobody ended it. */
  onDeath(reason: EnvironmentError): void;
}

export interface RunningContainer {
  id: string;
  /** Where its port is published. */
  at: { host: string; port: number };
  signal(name: string): Promise<void>;
  /** Does to it what a person could do by hand; if it ends by that, nobody is alarmed. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  kill(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
  leave(network: string): Promise<void>;
  join(network: string): Promise<void>;
  /** What it wrote last. */
  lastLogLines(): Promise<string>;
}

const LOG_LINES = 30;

export async function startContainer(options: ContainerOptions): Promise<RunningContainer> {
  const { docker } = options.engine;
  return onFreePort(async (port) => {
    const container = new LoopbackContainer(options, port);
    try {
      const started = await asked(container.start());
      const running = new Running(options, started.getId(), port);
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
    const [network] = options.networks;
    this.withName(`ratchet-${options.run.id}-${options.name}`)
      .withLabels(options.run.labels)
      .withEnvironment(options.environment)
      .withCommand(options.command)
      .withExposedPorts({ container: options.port, host: port })
      .withNetworkMode(network!)
      // Our labels and the sweep do what its reaper would; and the reaper is one more image.
      .withAutoCleanup(false)
      .withWaitStrategy(noWait);
    if (options.entrypoint) this.withEntrypoint(options.entrypoint);
    if (options.files) this.withCopyContentToContainer(options.files.map((file) => ({ ...file, mode: 0o644 })));
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const { port, networks, name } = this.#options;
    this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(this.#port) }] };
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [networks[0]!]: { Aliases: [name] } } };
    this.createOpts.Hostname = name;
  }

  /** An engine of old takes one network at creation only. */
  protected override async containerCreated(id: string): Promise<void> {
    this.createdId = id;
    const { engine, networks, name } = this.#options;
    for (const network of networks.slice(1)) {
      await engine.docker.getNetwork(network).connect({ Container: id, EndpointConfig: { Aliases: [name] } });
    }
  }
}

/** Whether it is ready, those who use it find out: testcontainers would ask by a shell, which not every image has. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
};

class Running implements RunningContainer {
  readonly id: string;
  readonly at: { host: string; port: number };
  readonly #options: ContainerOptions;
  /** From one start to the next end; whoever watches an earlier one may learn of its end late. */
  #life = { endIsExpected: false };

  constructor(options: ContainerOptions, id: string, port: number) {
    this.#options = options;
    this.id = id;
    this.at = { host: '127.0.0.1', port };
  }

  async signal(name: string): Promise<void> {
    await asked(this.#container.kill({ signal: name }));
  }

  async freeze(): Promise<void> {
    await asked(this.#container.pause());
  }

  async thaw(): Promise<void> {
    await asked(this.#container.unpause());
  }

  async kill(): Promise<void> {
    this.#life.endIsExpected = true;
    const ended = this.#container.wait();
    await asked(this.#container.kill());
    await asked(ended);
  }

  async start(): Promise<void> {
    await asked(this.#container.start());
    this.#life = { endIsExpected: false };
    void this.watch();
  }

  async leave(network: string): Promise<void> {
    await asked(this.#docker.getNetwork(network).disconnect({ Container: this.id }));
  }

  async join(network: string): Promise<void> {
    const { name } = this.#options;
    await asked(this.#docker.getNetwork(network).connect({ Container: this.id, EndpointConfig: { Aliases: [name] } }));
  }

  async lastLogLines(): Promise<string> {
    const log = await this.#container.logs({ stdout: true, stderr: true, tail: LOG_LINES }).catch(() => '');
    return lastLines(withoutFraming(Buffer.from(log as unknown as Uint8Array)), 3) || 'it said nothing';
  }

  async watch(): Promise<void> {
    const { name, onDeath } = this.#options;
    const life = this.#life;
    try {
      const { StatusCode: code } = (await this.#container.wait()) as { StatusCode: number };
      if (life.endIsExpected) return;
      const what = `The container ${name} ended (exit code ${code}): ${await this.lastLogLines()}`;
      onDeath(
        isFull(what)
          ? engineFull(what)
          : new EnvironmentError('container-died', what, 'The run proves nothing; start it again.'),
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

/** The engine puts 8 bytes before each piece of the log: which stream it is of, and how long it is. */
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
  // `onFreePort` tries another one.
  if (/port is already allocated|address already in use/i.test(message)) return error;
  const what = `The container ${name} (${image}) could not be started: ${message}`;
  if (isFull(message)) return engineFull(what, error);
  return new EnvironmentError('container-not-started', what, undefined, error);
}
