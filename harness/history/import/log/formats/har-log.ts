import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';
import type { LogRecord, RecordReader } from '../log-record.ts';
import { messagesOf } from './har-messages.ts';

/**
 * HTTP archive 1.2, as the network tab of a browser saves it: a record for each response and for each message of a WebSocket.
 * http://www.softwareishard.com/blog/har-12-spec/
 */
export const harLog: LogFormat = {
  name: 'har',
  noun: 'a HAR file',
  recognise: (firstBytes) => /^\s*\{\s*"log"\s*:\s*\{/.test(textOfFirst(firstBytes)),
  async open(file) {
    const { JsonItems } = await import('../json-items.ts');
    return new HarReader(file, new JsonItems(['log.creator', 'log.entries.*']));
  },
  fields: {
    time: { field: 'ended', unit: 'ms' },
    began: { field: 'began', unit: 'ms' },
    session: 'tab',
    operation: { field: 'kind', read: 'response', receive: 'frame' },
    outcome: { field: 'response.status', ok: '2xx', fail: ['4xx', '5xx'], info: ['0', '1xx', '3xx'] },
    carry: { served_by: 'headers.x-served-by', cache: 'cache', age: 'headers.age' },
    otherwise: 'skip',
  },
  isInferred: true,
};

interface Items {
  push(text: string): { path: string; value: unknown; line: number }[];
  end(): { path: string; value: unknown; line: number }[];
}

class HarReader implements RecordReader {
  readonly #items: Items;
  readonly #name: string;
  #creator = '';

  constructor(file: string, items: Items) {
    this.#items = items;
    this.#name = file.replace(/^.*[\\/]/, '').replace(/\.har(?:\.gz|\.zst)?$/i, '');
  }

  push(text: string): LogRecord[] {
    return this.#items.push(text).flatMap((item) => this.#recordsOf(item));
  }

  end(): LogRecord[] {
    return this.#items.end().flatMap((item) => this.#recordsOf(item));
  }

  #recordsOf({ path, value, line }: ReturnType<Items['end']>[number]): LogRecord[] {
    if (path === 'log.creator') {
      this.#creator = isObject(value) ? String(value['name']) : '';
      return [];
    }
    if (!isObject(value)) return [{ line, problem: 'an entry is not an object', detail: '' }];
    const tab = this.#tabOf(value);
    const own = tab === undefined ? {} : { tab };
    const isSocket = value['_webSocketMessages'] !== undefined;
    return (isSocket ? messagesOf(value) : [responseOf(value)]).map((fields) => ({
      line,
      fields: { ...fields, ...own },
    }));
  }

  /**
   * A browser saves one tab, whose loads are its pages. Other programs name the tab by the page, or do not know it.
   */
  #tabOf({ pageref }: Fields): string | undefined {
    if (BROWSERS.test(this.#creator)) return this.#name;
    return typeof pageref === 'string' ? `${this.#name}/${pageref}` : undefined;
  }
}

const BROWSERS = /^(?:WebInspector|WebKit Web Inspector|Firefox|BrowserBugReports)/i;

/** The entry with the times in milliseconds, the body that its text is, and headers by their names. */
function responseOf(entry: Fields): Fields {
  const response = isObject(entry['response']) ? entry['response'] : {};
  const content = isObject(response['content']) ? response['content'] : {};
  const began = typeof entry['startedDateTime'] === 'string' ? Date.parse(entry['startedDateTime']) : Number.NaN;
  const took = typeof entry['time'] === 'number' && entry['time'] >= 0 ? entry['time'] : Number.NaN;
  const headers = headersOf(response['headers']);
  return {
    kind: 'response',
    ...(Number.isNaN(began) ? {} : { began, ...(Number.isNaN(took) ? {} : { ended: began + took }) }),
    request: entry['request'],
    response: { status: String(response['status']) },
    headers,
    cache: cacheOf(entry, headers),
    body: bodyOf(content),
  };
}

function bodyOf({ text, encoding }: Fields): unknown {
  if (typeof text !== 'string') return undefined;
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString() : text;
}

/** By their names in lower case; of several, the last. */
function headersOf(list: unknown): Fields {
  const headers = Object.create(null) as Fields;
  for (const header of Array.isArray(list) ? list : []) {
    if (isObject(header)) headers[String(header['name']).toLowerCase()] = header['value'];
  }
  return { ...headers };
}

/** What a cache in the browser or before the server said of the response. */
function cacheOf(entry: Fields, headers: Fields): unknown {
  const inBrowser = entry['_fromCache'];
  if (inBrowser !== undefined) return `of the browser (${String(inBrowser)})`;
  return CACHE_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
}

const CACHE_HEADERS = ['x-vercel-cache', 'cf-cache-status', 'x-nextjs-cache', 'x-cache', 'x-cache-status'];
