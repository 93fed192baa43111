/** What `Request` and `Response` have in common: a body that is a text, and can be read once. */
import type { LightHeaders } from './light-headers.ts';

const RealResponse = globalThis.Response;

export abstract class LightBody {
  abstract readonly headers: LightHeaders;
  #text: string | null;
  #isUsed = false;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;

  constructor(text: string | null) {
    this.#text = text;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || (this.#stream?.locked ?? false);
  }

  /** From here on the real one's stream has it. */
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#text === null) return null;
    if (this.#stream === null) {
      const response = new RealResponse(this.#text);
      if (this.#isUsed) void response.text();
      this.#stream = response.body;
    }
    return this.#stream;
  }

  async text(): Promise<string> {
    return this.#withoutMark();
  }

  async json(): Promise<never> {
    return JSON.parse(this.#withoutMark()) as never;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new TextEncoder().encode(this.take());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async blob(): Promise<Blob> {
    return (await this.#real()).blob();
  }

  async formData(): Promise<FormData> {
    return (await this.#real()).formData();
  }

  #withoutMark(): string {
    const text = this.take();
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  async #real(): Promise<Response> {
    const type = this.headers.get('content-type');
    return new RealResponse(await this.bytes(), { headers: type === null ? {} : { 'content-type': type } });
  }

  /** The whole body; it throws the second time. */
  protected take(): string {
    if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read');
    if (this.#text === null) return '';
    this.#isUsed = true;
    return this.#text;
  }

  protected copyText(): string | null {
    if (this.bodyUsed) throw new TypeError('Response.clone: Body has already been consumed.');
    return this.#text;
  }
}

const BYTE_ORDER_MARK = 0xfeff;

/** A body that is a text, as UTF-8 carries it; `undefined`: of another kind. */
export function textOf(body: unknown): string | null | undefined {
  if (body === null || body === undefined) return null;
  if (typeof body === 'string') return body.toWellFormed();
  return body instanceof URLSearchParams ? body.toString() : undefined;
}

export function contentTypeOf(body: unknown): string {
  return typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/x-www-form-urlencoded;charset=UTF-8';
}
