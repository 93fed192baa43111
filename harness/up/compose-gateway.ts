/**
 * The gateway of `docker-compose.yml`, in front of REST layers that other containers run. It accepts the keys of its
 * environment, injects no faults, and names in `x-ratchet-served-by` the database that has answered. Each of the ports
 * after its own serves one database, the primary first.
 */
import { sendRequest } from '../backend/postgres/http-client.ts';
import { PostgrestKeys } from '../backend/postgres/postgrest-keys.ts';
import { realClock, wallTime } from '../clock.ts';
import { ROUTINGS } from '../plan/routing.ts';
import type { DatabaseNode, Routing } from '../port/backend.ts';
import { serveGateway, type ServedGateway } from '../gateway/gateway-server.ts';
import { keyCheck } from '../gateway/key-check.ts';
import { answerOf, requestOf } from '../gateway/http-message.ts';
import { assembleGateway } from '../gateway/assembled-gateway.ts';

const PORT = 8000;
const STICKY_MS = 5000;
const clock = realClock();

const apiKeys = {
  publishable: required('SUPABASE_PUBLISHABLE_KEY'),
  secret: required('SUPABASE_SECRET_KEY'),
  jwtSecret: required('JWT_SECRET'),
};
const keys = new PostgrestKeys(apiKeys);
const [primary, ...replicas] = required('RATCHET_REST_URLS')
  .split(',')
  .map((url, number) => nodeAt(number === 0 ? 'primary' : `replica-${number}`, new URL(url)));
const all = [primary!, ...replicas];
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
// The single databases first: when the load balancer is reachable, they are too.
for (const [at, node] of all.entries()) {
  const { url } = await serveGateway(before([{ ...node, name: 'primary' }]), { host: '0.0.0.0', port: PORT + 1 + at });
  process.stdout.write(`${node.name} on ${url}\n`);
}
const { url } = await serveGateway(before(all), { host: '0.0.0.0', port: PORT });
process.stdout.write(`gateway on ${url}\n`);

function before(nodes: readonly DatabaseNode[]): ServedGateway {
  const routing = routingOf(process.env['RATCHET_ROUTING'] || 'get-to-replica');
  const { gateway } = assembleGateway({ nodes, routing, stickyMs: STICKY_MS, clock });
  return { ...gateway, refuseKey: keyCheck(apiKeys, () => wallTime().getTime()) };
}

function nodeAt(name: string, { hostname, port }: URL): DatabaseNode {
  const at = { host: hostname, port: Number(port || 80) };
  return {
    name,
    // Unused: nothing is recorded here.
    lsn: async () => undefined,
    async rest(request) {
      const asked = await keys.translate(requestOf(request));
      const answer = asked instanceof Response ? asked : await sendRequest(at, asked);
      answer.headers.set('x-ratchet-served-by', name);
      return answerOf(answer);
    },
  };
}

function routingOf(name: string): Routing {
  const routing = ROUTINGS.find((known) => known === name);
  if (routing === undefined) throw new Error(`RATCHET_ROUTING must be one of ${ROUTINGS.join(', ')}, not ${name}`);
  return routing;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}
