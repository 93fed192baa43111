/** `Response` without the cost of streams, as long as its body is a text; any other is a real one. */
import { contentTypeOf, LightBody, textOf } from './light-body.ts';
import { LightHeaders } from './light-headers.ts';

const RealResponse = globalThis.Response;
type ResponseInit = ConstructorParameters<typeof Response>[1];

const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

export class LightResponse extends LightBody {
  readonly status: number;
  readonly statusText: string;
  readonly headers: LightHeaders;

  /** @param type of a body that `init` gives none; not one of the real one's */
  constructor(body?: unknown, init?: ResponseInit, type?: string) {
    const text = textOf(body);
    super(text ?? null);
    const status = init?.status ?? 200;
    this.status = status;
    this.statusText = init?.statusText ?? '';
    this.headers = new LightHeaders(init?.headers ?? undefined);
    // oxlint-disable-next-line no-constructor-return
    if (text === undefined) return new RealResponse(body as string, realInit(this, init)) as unknown as LightResponse;
    if (!(status >= 200 && status <= 599)) {
      throw new RangeError(`init["status"] must be in the range of 200 to 599, inclusive.`);
    }
    if (text === null) return;
    if (WITHOUT_BODY.has(status)) {
      throw new TypeError(`Response constructor: Invalid response status code ${status}`);
    }
    if (!this.headers.has('content-type')) this.headers.set('content-type', type ?? contentTypeOf(body));
  }

  get type(): 'default' {
    return 'default';
  }

  get url(): string {
    return '';
  }

  get redirected(): boolean {
    return false;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  clone(): LightResponse {
    const { status, statusText, headers } = this;
    return new LightResponse(this.copyText(), { status, statusText, headers: headers as unknown as Headers });
  }

  get [Symbol.toStringTag](): string {
    return 'Response';
  }

  static json(data: unknown, init?: ResponseInit): LightResponse {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Value is not JSON serializable');
    return new LightResponse(text, init, 'application/json');
  }

  static error(): Response {
    return RealResponse.error();
  }

  static redirect(...args: Parameters<typeof Response.redirect>): Response {
    return RealResponse.redirect(...args);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isLightResponse(value) || value instanceof RealResponse;
  }
}

function isLightResponse(value: unknown): boolean {
  return typeof value === 'object' && value !== null && LightResponse.prototype.isPrototypeOf(value);
}

function realInit({ headers }: LightResponse, init: ResponseInit): ResponseInit {
  return { ...init, headers: [...headers] };
}
