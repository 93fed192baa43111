/** Messages of WebSockets in a HAR file, as Chromium and Playwright save them in an extension of the format. */
import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';

/** A record for each message that the page received, if it is a JSON object with a value. */
export function messagesOf(entry: Fields): Fields[] {
  const messages: unknown = entry['_webSocketMessages'];
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message) => (isObject(message) ? messageOf(message, entry) : []));
}

function messageOf({ type, time, data }: Fields, { request }: Fields): Fields[] {
  if (type !== 'receive' || typeof data !== 'string' || typeof time !== 'number') return [];
  const body = bodyOf(data);
  // The time is in seconds; Playwright's is in milliseconds.
  const ended = time < SECONDS_MAX ? Math.round(time * 1e6) / 1e3 : time;
  return body === undefined ? [] : [{ kind: 'frame', ended, request, body }];
}

const SECONDS_MAX = 1e11;

/** A row that changed, the payload of a broadcast, or any other object. */
function bodyOf(data: string): Fields | undefined {
  const message = parsed(data);
  // Version 2 of the protocol is a list: join_ref, ref, topic, event, payload.
  const isPhoenix = Array.isArray(message)
    ? message.length === 5
    : isObject(message) && 'topic' in message && 'event' in message;
  if (!isPhoenix) return isObject(message) ? message : undefined;
  const { event, payload } = Array.isArray(message) ? { event: message[3], payload: message[4] } : (message as Fields);
  if (!isObject(payload)) return undefined;
  if (event === 'postgres_changes') {
    const { data: change } = payload;
    return isObject(change) && isObject(change['record']) ? change['record'] : undefined;
  }
  return event === 'broadcast' && isObject(payload['payload']) ? payload['payload'] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
