/**
 * The program that serves the status route of a subject's modules over HTTP, in a process of its own. It ends with the
 * command that has started it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onBehalfOf } from '../async-context.ts';
import { realClock } from '../clock.ts';
import { ACTOR_HEADER, OPERATION_HEADER } from '../port/message.ts';
import type { AppInstance, Subject } from '../port/subject.ts';
import { required } from '../required.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { tagRequests } from '../subject/attribution.ts';
import { answerReader, type ReadAnswerOf } from './answer-reader.ts';
import { RequestQueue } from '../subject/request-queue.ts';
import { SERVER_SETTINGS, type ServerMessage, type ServerSettings } from './server-message.ts';

const tell = (message: ServerMessage): void => void process.send?.(message);
process.on('disconnect', () => process.exit(0));
const settings = JSON.parse(required(process.env[SERVER_SETTINGS], SERVER_SETTINGS)) as ServerSettings;
delete process.env[SERVER_SETTINGS];
serve(settings).catch((error: unknown) => {
  tell({ failed: error instanceof Error ? error.message : String(error) });
  process.disconnect();
});

async function serve({ subject: name, folder, environment, stories, inFlightMax }: ServerSettings): Promise<void> {
  const subject = await (await openCatalogue(folder)).loadSubject(name);
  tagRequests();
  const app = await subject.createInstance(environment);
  const clock = realClock();
  const onOverload = ({ message }: Error): void => tell({ failed: message });
  const queue = new RequestQueue({ inFlightMax, nowMs: () => clock.now() / 1e6, onOverload });
  const tab = new TabRequests(app, subject, environment.supabaseUrl);
  const server = createServer((incoming, outgoing) => {
    const story = stories[Number(incoming.headers['x-ratchet-story'])];
    if (story === undefined) outgoing.writeHead(404).end();
    else void queue.run(() => tab.answer(incoming, outgoing, story)).catch((error: Error) => failed(outgoing, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => tell({ waited: queue.waited() }));
  tell({ listening: (server.address() as AddressInfo).port });
}

/** As a server answers if its application throws. */
function failed(outgoing: ServerResponse, { message }: Error): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(500).end(`the status endpoint threw: ${message}`);
}

const NOT_PASSED_ON: ReadonlySet<string> = new Set(['host', 'connection', 'content-length']);

class TabRequests {
  readonly #app: AppInstance;
  readonly #read: ReadAnswerOf;
  readonly #gatewayUrl: string;

  constructor(app: AppInstance, subject: Subject, gatewayUrl: string) {
    this.#app = app;
    this.#read = answerReader(subject);
    this.#gatewayUrl = gatewayUrl;
  }

  async answer(incoming: IncomingMessage, outgoing: ServerResponse, story: string): Promise<void> {
    // The tab has given up meanwhile.
    if (outgoing.destroyed) return;
    const { headers, url = '/' } = incoming;
    const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || NOT_PASSED_ON.has(name) || name.startsWith('x-ratchet-') ? [] : [[name, String(value)]],
    );
    const request = new Request(`http://app.invalid${url}`, { headers: passed });
    const actor = String(headers[ACTOR_HEADER] ?? 'load');
    const operation = String(headers[OPERATION_HEADER] ?? actor);
    const within = { actor, operation, gatewayUrl: this.#gatewayUrl };
    const response = await onBehalfOf(within, () => this.#app.status(request, story));
    const body = await response.text();
    const { words, query } = this.#read(body, String(headers['x-ratchet-seen'] ?? '-'));
    const sent = Object.fromEntries([...response.headers].filter(([name]) => name !== 'content-length'));
    outgoing.writeHead(response.status, { ...sent, 'x-ratchet-value': words, 'x-ratchet-query': query });
    outgoing.end(body);
  }
}
