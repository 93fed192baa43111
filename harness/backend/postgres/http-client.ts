/** An HTTP client for REST layers. Unlike `fetch`, it supports UNIX sockets. */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import type { Address } from './address.ts';

export interface PlainRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Headers;
  body?: ArrayBuffer;
}

const agent = new Agent({ keepAlive: true });
/** Headers that this client sets itself. */
const HOP_BY_HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding', 'keep-alive'];
const WITHOUT_BODY = new Set([101, 103, 204, 205, 304]);

export function sendRequest(at: Address['at'], { method, path, headers, body }: PlainRequest): Promise<Response> {
  const where = 'path' in at ? { socketPath: at.path } : at;
  const sent = Object.fromEntries([...headers].filter(([name]) => !HOP_BY_HOP.includes(name)));
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, agent, method, path, headers: { ...sent, host: 'localhost' } }, (answer) => {
      toResponse(answer, method).then(resolve, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body && body.byteLength > 0 ? Buffer.from(body) : undefined);
  });
}

async function toResponse(answer: IncomingMessage, method: string): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const status = answer.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    if (HOP_BY_HOP.includes(name)) continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  const bodiless = method === 'HEAD' || WITHOUT_BODY.has(status);
  return new Response(bodiless ? null : Buffer.concat(chunks), { status, headers });
}
