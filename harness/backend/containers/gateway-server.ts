/**
 * The gateway by itself, before REST layers that somebody else runs: what `docker-compose.yml` puts before its own. It
 * takes the keys that it is told, injects nothing, and says in `x-ratchet-served-by` which database has answered.
 */
import type { DatabaseNode, Routing } from '../backend.ts';
import { createGateway } from '../gateway/gateway.ts';
import { createRouter } from '../gateway/routing.ts';
import { serveGateway } from '../gateway/server.ts';
import { answerOf, requestOf } from '../message.ts';
import { ask } from '../postgres/http.ts';
import { PostgrestKeys } from '../postgres/postgrest-keys.ts';

const ROUTINGS: readonly Routing[] = ['get-to-replica', 'round-robin', 'sticky', 'primary-only'];
const PORT = 8000;
const STICKY_MS = 5000;

const keys = new PostgrestKeys(
  { publishable: required('SUPABASE_PUBLISHABLE_KEY'), secret: required('SUPABASE_SECRET_KEY') },
  required('JWT_SECRET'),
);
const [primary, ...replicas] = required('RATCHET_REST_URLS')
  .split(',')
  .map((url, number) => nodeAt(number === 0 ? 'primary' : `replica-${number}`, new URL(url)));
const gateway = createGateway({
  nodes: [primary!, ...replicas],
  router: createRouter({
    routing: routingOf(process.env['RATCHET_ROUTING'] || 'get-to-replica'),
    replicas: replicas.map(({ name }) => name),
    stickyMs: STICKY_MS,
    nowMs: () => performance.now(),
  }),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  listener: { requested: () => {}, ended: () => {} },
  claim: () => undefined,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
const { url } = await serveGateway(gateway, { host: '0.0.0.0', port: PORT });
console.log(`gateway on ${url}`);

function nodeAt(name: string, { hostname, port }: URL): DatabaseNode {
  const at = { host: hostname, port: Number(port || 80) };
  return {
    name,
    // Nobody is told of it here.
    lsn: async () => undefined,
    async rest(request) {
      const asked = await keys.translate(requestOf(request));
      const answer = asked instanceof Response ? asked : await ask(at, asked);
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
