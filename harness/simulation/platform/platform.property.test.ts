import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LightHeaders } from './light-headers.ts';
import { LightResponse } from './light-response.ts';
import { LightURL } from './light-url.ts';

/** What happened: a value, or that an error of some class was thrown. */
function outcome<T>(work: () => T): unknown {
  try {
    return work();
  } catch (error) {
    return `threw ${(error as Error).constructor.name}`;
  }
}

async function settled<T>(work: () => Promise<T>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return `threw ${(error as Error).constructor.name}`;
  }
}

const name = fc.oneof(
  fc.constantFrom(
    'Accept',
    'accept',
    'Content-Type',
    'X-Retry-Count',
    'Set-Cookie',
    'set-cookie',
    'prefer',
    '',
    'a b',
    'ü',
  ),
  fc.string({ maxLength: 5 }),
);
const value = fc.oneof(
  fc.constantFrom('a', ' a ', '\ta', 'a\r\n', '', 'é', '漢', 'a, b'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

describe('light headers', () => {
  const operation = fc.oneof(
    fc.record({ call: fc.constantFrom('append', 'set'), args: fc.tuple(name, value) }),
    fc.record({ call: fc.constantFrom('delete', 'get', 'has'), args: fc.tuple(name) }),
  );
  const init = fc.oneof(fc.constant(undefined), fc.array(fc.tuple(name, value)), fc.dictionary(name, value));

  it('answer any sequence of calls as the real ones do', () => {
    const observe = (Constructor: typeof Headers, from: unknown, calls: { call: string; args: string[] }[]) =>
      outcome(() => {
        const headers = new Constructor(from as HeadersInit);
        const answers = calls.map(({ call, args }) =>
          outcome(() => (headers as unknown as Record<string, (...args: string[]) => unknown>)[call]!(...args)),
        );
        const copy = new Constructor(headers as unknown as Headers);
        const told: unknown[] = [];
        copy.forEach((value, key) => told.push([key, value]));
        return [answers, [...headers], [...headers.keys()], [...copy.values()], told, headers.getSetCookie()];
      });
    fc.assert(
      fc.property(init, fc.array(operation, { maxLength: 12 }), (from, calls) => {
        const light = observe(LightHeaders as unknown as typeof Headers, from, calls);
        expect(light).toEqual(observe(Headers, from, calls));
      }),
      { numRuns: 1_000 },
    );
  });
});

type HeadersInit = ConstructorParameters<typeof Headers>[0];

const host = fc.constantFrom(
  'a',
  'app.invalid',
  'Example.COM',
  'a-b.c',
  '127.0.0.1',
  '1.2',
  '0x7f',
  '[::1]',
  'xn--mnchen-3ya.de',
  'münchen.de',
  'a..b',
  '-a.b',
  'a_b',
);
const piece = fc.oneof(
  fc.constantFrom('stories', '.', '..', '%2e', '', 'a b', 'ä', "it's", 'a|b', 'a^b', '{x}', 'a\\b'),
  fc.string({ maxLength: 4 }),
);
const pair = fc.tuple(
  fc.oneof(fc.constantFrom('select', 'id', 'or'), fc.string({ maxLength: 3 })),
  fc.oneof(fc.constantFrom('eq.story-1', 'id, generation', '(a.eq.1,b.is.null)', "o'k"), fc.string({ maxLength: 4 })),
);
const query = fc.oneof(
  fc.constant(''),
  fc.constant('?'),
  fc.array(pair).map((pairs) => `?${new URLSearchParams(pairs).toString()}`),
  fc.array(pair).map((pairs) => `?${pairs.map((each) => each.join('=')).join('&')}`),
);
const url = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'wss://', 'HTTP://', 'ftp://', 'http://u:p@'),
    host,
    fc.constantFrom('', ':80', ':443', ':8080'),
    fc.array(piece, { maxLength: 4 }),
    query,
    fc.constantFrom('', '', '#', '#x'),
  )
  .map(
    ([scheme, host, port, pieces, query, hash]) =>
      `${scheme}${host}${port}${pieces.map((each) => `/${each}`).join('')}${query}${hash}`,
  );

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

describe('a light URL', () => {
  const change = fc.oneof(
    fc.record({
      call: fc.constantFrom('append', 'set'),
      args: fc.tuple(
        fc.oneof(fc.constantFrom('a', 'id'), fc.string({ maxLength: 2, unit: 'binary' })),
        fc.oneof(fc.constantFrom("!~'()*-._ +", 'in.(1,2)'), fc.string({ maxLength: 4, unit: 'binary' })),
      ),
    }),
    fc.record({
      call: fc.constantFrom('delete', 'get', 'getAll', 'has', 'keys', 'values', 'entries'),
      args: fc.tuple(fc.constantFrom('select', 'id', 'a')),
    }),
    fc.record({ call: fc.constant('sort'), args: fc.constant([] as string[]) }),
    fc.record({
      part: fc.constantFrom(...PARTS.filter((part) => part !== 'origin')),
      to: fc.oneof(
        fc.constantFrom('https:', 'ws', 'ftp:', 'a.b', '81', '/x/y', '/x y', '/x?y', '?a=1', '#z'),
        fc.string({ maxLength: 4 }),
      ),
    }),
  );

  /** To look may change what is kept, so some do not. */
  const WAYS = {
    all: (url: URL) => [...PARTS.map((part) => url[part]), String(url), JSON.stringify(url), [...url.searchParams]],
    href: (url: URL) => new (url.constructor as typeof URL)(url.href).search,
    query: (url: URL) => [url.search, String(url.searchParams), url.searchParams.get('a'), url.searchParams.size],
    nothing: () => undefined,
  };
  const way = fc.constantFrom(...(Object.keys(WAYS) as (keyof typeof WAYS)[]));
  type Step = readonly [unknown, keyof typeof WAYS];

  const iterated = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? [...(value as Iterable<unknown>)] : value;

  it('has the parts that the real one has, before and after any change', () => {
    const observe = (Constructor: typeof URL, text: string, base: string | undefined, steps: readonly Step[]) =>
      outcome(() => {
        const url = new Constructor(text, base);
        return steps
          .map(([each, how]) => [outcome(() => apply(url, each)), outcome(() => WAYS[how](url))])
          .concat([WAYS.all(url)]);
      });
    const apply = (url: URL, each: any): unknown => {
      if ('part' in each) (url as any)[each.part] = each.to;
      else return iterated((url.searchParams as any)[each.call](...each.args));
      return undefined;
    };
    const base = fc.option(fc.constantFrom('http://a/b/c', 'https://x.y', 'https://x.y/z/?a=1'), { nil: undefined });
    fc.assert(
      fc.property(
        fc.oneof(url, fc.webUrl(), piece, fc.constantFrom('realtime/v1', 'a/../b')),
        base,
        fc.array(fc.tuple(change, way), { maxLength: 6 }),
        (text, base, steps) => {
          const light = observe(LightURL as unknown as typeof URL, text, base, steps);
          expect(light).toEqual(observe(URL, text, base, steps));
          expect(LightURL.canParse(text, base)).toBe(URL.canParse(text, base));
          expect(LightURL.parse(text, base)?.href).toBe(URL.parse(text, base)?.href);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is taken for a URL, as a real one is', () => {
    for (const each of [new LightURL('http://a/b'), new URL('http://a/b')]) expect(each instanceof LightURL).toBe(true);
    expect({} instanceof LightURL).toBe(false);
  });
});

const body = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\uFEFF{}', '\uD800', '{"a":1}', ''),
  fc.array(pair, { maxLength: 2 }).map((pairs) => new URLSearchParams(pairs)),
  fc.uint8Array({ maxLength: 4 }),
);
const reading = fc.constantFrom('text', 'json', 'arrayBuffer', 'bytes', 'blob', 'formData', 'clone', 'body');

async function read(message: any, how: string): Promise<unknown> {
  if (how === 'clone') return message.clone().text();
  if (how === 'body') return message.body === null ? null : new Response(message.body).text();
  const value = await message[how]();
  if (value instanceof Blob) return [value.type, await value.text()];
  if (value instanceof FormData) return [...value];
  return value instanceof ArrayBuffer
    ? [...new Uint8Array(value)]
    : ArrayBuffer.isView(value)
      ? [...(value as Uint8Array)]
      : value;
}

async function readAll(message: any, ways: string[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const how of ways) answers.push(await settled(() => read(message, how)), message.bodyUsed);
  return answers;
}

describe('a light response', () => {
  const init = fc.record(
    {
      status: fc.constantFrom(200, 201, 204, 304, 404, 503, 101, 600),
      statusText: fc.constantFrom('', 'OK'),
      headers: fc.array(
        fc.tuple(fc.constantFrom('content-type', 'x'), fc.constantFrom('a/b', 'application/x-www-form-urlencoded')),
      ),
    },
    { requiredKeys: [] },
  );

  it('is what the real one is, and reads as it does', async () => {
    const observe = async (Constructor: typeof Response, text: unknown, init: object | undefined, ways: string[]) =>
      settled(async () => {
        const response = new Constructor(text as string, init);
        const { status, statusText, ok, type, url, redirected } = response;
        return [status, statusText, ok, type, url, redirected, [...response.headers], await readAll(response, ways)];
      });
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.option(init, { nil: undefined }),
        fc.array(reading, { maxLength: 3 }),
        async (text, init, ways) => {
          const light = await observe(LightResponse as unknown as typeof Response, text, init, ways);
          expect(light).toEqual(await observe(Response, text, init, ways));
        },
      ),
    );
  });

  it('makes the same of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.constant(undefined)),
        fc.option(init, { nil: undefined }),
        async (data, init) => {
          const observe = (Constructor: typeof Response) =>
            settled(async () => {
              const response = Constructor.json(data, init as ResponseInit);
              return [response.status, [...response.headers], await response.text()];
            });
          expect(await observe(LightResponse as unknown as typeof Response)).toEqual(await observe(Response));
        },
      ),
    );
  });
});
