import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { inMacrotask, simulate } from './simulate.ts';

const OPTIONS = { random: () => 0.5, epochMs: 0, virtualMsMax: 10_000 };
const inVirtualTime = <T>(task: () => Promise<T>): Promise<T> => inMacrotask(() => simulate(task, OPTIONS));

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('in virtual time', () => {
  it('a request is the real one, and its body is read before time goes on', async () => {
    const RealRequest = Request;
    const made = await inVirtualTime(async () => {
      const post = (body: RequestInit['body']) => new Request('http://a.b/c?d=e', { method: 'POST', body });
      const started = performance.now();
      const texts = await Promise.all([post('é').text(), post('x').clone().text(), new Request(post('z')).text()]);
      const form = await post(new URLSearchParams({ f: '1' })).formData();
      const bytes = await post(new Uint8Array([7])).bytes();
      const data: unknown = await post('{"a":[1]}').json();
      const { url, headers } = new Request(new URL('http://a.b'), { headers: new Headers({ x: 'y' }) });
      const passed = performance.now() - started;
      return { texts, form: [...form], bytes: [...bytes], data, url, header: headers.get('x'), passed, post: post('') };
    });
    expect(made).toMatchObject({ texts: ['é', 'x', 'z'], form: [['f', '1']], bytes: [7], data: { a: [1] }, passed: 0 });
    expect(made).toMatchObject({ url: 'http://a.b/', header: 'y' });
    expect(made.post).toBeInstanceOf(RealRequest);
    expect([Request, Request.prototype.clone.name]).toEqual([RealRequest, 'clone']);
  });

  it('a class can extend the request, as those of frameworks do', async () => {
    const made = await inVirtualTime(async () => {
      class PageRequest extends Request {
        readonly page = new URL(this.url).pathname;
      }
      const request = new PageRequest('http://a.b/c', { signal: new AbortController().signal });
      const isRequest = [request instanceof PageRequest, request instanceof Request];
      return { isRequest, page: request.page, name: Request.name, length: Request.length };
    });
    expect(made).toEqual({ isRequest: [true, true], page: '/c', name: 'Request', length: 1 });
  });

  it('what has a body that is no text is the real one, and is read before time goes on', async () => {
    const read = await inVirtualTime(async () => {
      const answers = [
        new Response(new Uint8Array([104, 105])),
        new Response(new Response('ho').body),
        Response.json(1),
      ];
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      return [...texts, performance.now()];
    });
    expect(read).toEqual(['hi', 'ho', '1', 0]);
  });

  it('the signal of a request follows the one that it was given, whatever is garbage by then', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const aborted = await inVirtualTime(async () => {
      const controller = new AbortController();
      const init = { signal: controller.signal };
      const makers = [
        () => new Request('http://a.b/', init),
        () => new Request(new Request('http://a.b/', init)),
        () => new Request('http://a.b/', init).clone(),
        () => new Request(new Request('http://a.b/'), { signal: AbortSignal.timeout(15) }),
      ];
      const signals = makers.map((make) => make().signal);
      for (let turn = 0; turn < 3; turn++) {
        await sleep(4);
        gc();
      }
      const before = signals.map((signal) => signal.aborted);
      controller.abort();
      await sleep(4);
      return [before, signals.map((signal) => signal.aborted)];
    });
    expect(aborted).toEqual([Array(4).fill(false), Array(4).fill(true)]);
  });
});
