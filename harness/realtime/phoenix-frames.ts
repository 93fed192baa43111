/**
 * The frames of Phoenix channels, in the two versions of the protocol. Version 2 is a JSON array, version 1 a JSON object;
 * broadcasts of version 2 may be binary. Source: realtime-js, `lib/serializer.ts`.
 */

export type ProtocolVersion = 1 | 2;

export interface Frame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

export interface BroadcastFrame {
  topic: string;
  event: string;
  payload: unknown;
  meta?: Readonly<Record<string, unknown>> | undefined;
}

const CLIENT_BROADCAST = 3;
const SERVER_BROADCAST = 4;
const JSON_ENCODING = 1;
const LENGTHS_OF_CLIENT_FRAME = 5;
const LENGTHS_OF_SERVER_FRAME = 3;

/** That which the URL of a socket names. */
export function versionOf(url: URL): ProtocolVersion {
  return url.searchParams.get('vsn')?.startsWith('1') === true ? 1 : 2;
}

/** @returns `undefined` if it is not a frame of this version */
export function parseFrame(data: string | Uint8Array, version: ProtocolVersion): Frame | undefined {
  if (typeof data !== 'string') return version === 2 ? parseBinary(data) : undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (version === 1) return parseObject(parsed);
  if (!Array.isArray(parsed) || parsed.length !== 5) return undefined;
  const [joinRef, ref, topic, event, payload] = parsed as unknown[];
  return frameOf({ join_ref: joinRef, ref, topic, event, payload });
}

/** A frame of a server, without the payload of a binary one; `undefined` if it is not one of this version. */
export function parseServerFrame(
  data: string | Uint8Array,
  version: ProtocolVersion,
): (Pick<Frame, 'topic' | 'event'> & Partial<Frame>) | undefined {
  if (typeof data === 'string') return parseFrame(data, version);
  const [kind, topicLength = 0] = data;
  if (kind !== SERVER_BROADCAST) return undefined;
  const topic = data.subarray(LENGTHS_OF_SERVER_FRAME + 2, LENGTHS_OF_SERVER_FRAME + 2 + topicLength);
  return { topic: Buffer.from(topic).toString(), event: 'broadcast' };
}

export function formatFrame({ joinRef, ref, topic, event, payload }: Frame, version: ProtocolVersion): string {
  return JSON.stringify(
    version === 2 ? [joinRef, ref, topic, event, payload] : { join_ref: joinRef, ref, topic, event, payload },
  );
}

/**
 * A frame with a change: its payload is text already, since the same change goes to many channels.
 * @param data as JSON
 */
export function formatChanges(topic: string, ids: readonly number[], data: string, version: ProtocolVersion): string {
  const payload = `{"ids":[${ids.join()}],"data":${data}}`;
  return version === 2
    ? `[null,null,${JSON.stringify(topic)},"postgres_changes",${payload}]`
    : `{"join_ref":null,"ref":null,"topic":${JSON.stringify(topic)},"event":"postgres_changes","payload":${payload}}`;
}

/** A broadcast for a client: binary in version 2. */
export function formatBroadcast(
  { topic, event, payload, meta }: BroadcastFrame,
  version: ProtocolVersion,
): string | Uint8Array {
  if (version === 1) {
    const body = { type: 'broadcast', event, payload, ...(meta === undefined ? {} : { meta }) };
    return formatFrame({ joinRef: null, ref: null, topic, event: 'broadcast', payload: body }, 1);
  }
  const isRaw = payload instanceof Uint8Array;
  const parts = [topic, event, meta === undefined ? '' : JSON.stringify(meta)].map((text) => Buffer.from(text));
  const body = isRaw ? payload : Buffer.from(JSON.stringify(payload));
  const head = [SERVER_BROADCAST, ...parts.map(({ length }) => length), isRaw ? 0 : JSON_ENCODING];
  return Uint8Array.from(Buffer.concat([Uint8Array.from(head), ...parts, body]));
}

function parseObject(parsed: unknown): Frame | undefined {
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? frameOf(parsed) : undefined;
}

function frameOf(fields: object): Frame | undefined {
  const { join_ref: joinRef = null, ref = null, topic, event, payload } = fields as Record<string, unknown>;
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined;
  return { joinRef: textOf(joinRef), ref: textOf(ref), topic, event, payload: payload ?? {} };
}

function textOf(ref: unknown): string | null {
  return ref === null ? null : String(ref);
}

/** A broadcast of a client, in the form in which text frames have it. */
function parseBinary(data: Uint8Array): Frame | undefined {
  if (data[0] !== CLIENT_BROADCAST || data.length < 2 + LENGTHS_OF_CLIENT_FRAME) return undefined;
  const lengths = [...data.subarray(1, 1 + LENGTHS_OF_CLIENT_FRAME)];
  const encoding = data[1 + LENGTHS_OF_CLIENT_FRAME];
  let at = 2 + LENGTHS_OF_CLIENT_FRAME;
  const [joinRef = '', ref = '', topic = '', event = ''] = lengths.map((length) =>
    Buffer.from(data.subarray(at, (at += length))).toString(),
  );
  const body = data.subarray(at);
  try {
    const payload: unknown = encoding === JSON_ENCODING ? JSON.parse(Buffer.from(body).toString()) : body;
    return { joinRef, ref, topic, event: 'broadcast', payload: { type: 'broadcast', event, payload } };
  } catch {
    return undefined;
  }
}
