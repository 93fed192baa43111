import { z } from 'zod';
import { defineFault } from './fault.ts';
import { milliseconds, onRequests } from './fields.ts';

/**
 * The REST layer repeats a request as long as the database refuses it with an error that means "try again". The client
 * waits, until a proxy times out; the REST layer goes on. Any other answer is passed on.
 */
export const httpRetry = defineFault({
  kind: 'http-retry',
  summary: 'the REST layer repeats requests that the database refuses',
  fields: onRequests('http-retry', {
    /** The SQLSTATE after which it repeats the request. */
    code: z
      .string()
      .regex(/^[0-9A-Z]{5}$/, 'must be an SQLSTATE such as 40001')
      .default('40001'),
    /** The pause before each repetition. */
    every_ms: z.number().min(1).max(60_000).default(20),
    /** How long it repeats the request. */
    for_ms: milliseconds,
    /** How long the proxy waits before it answers 504. */
    timeout_ms: milliseconds.default(500),
  }),
  async inflict({ code, every_ms: everyMs, for_ms: forMs, timeout_ms: timeoutMs }, passage) {
    const answer = await passage.forward();
    if (passage.errorCode(answer) !== code) return answer;
    passage.inBackground(async () => {
      for (let waitedMs = everyMs; waitedMs <= forMs; waitedMs += everyMs) {
        await passage.sleep(everyMs);
        if (passage.errorCode(await passage.forward()) !== code) return;
      }
    });
    await passage.sleep(timeoutMs);
    return passage.answer(504, 'gateway time-out');
  },
  describe: ({ code, for_ms: ms }) => `, repeated for ${ms} ms while the database answers ${code}`,
  describeEffect: (fields) =>
    `repeated by the REST layer for ${fields['for_ms']} ms if the database answered ${fields['code']}`,
});
