import { expect, test } from 'vitest';
import { asInstance, currentInstance, currentOperation, onBehalfOf } from './async-context.ts';

const operation = { actor: 'tab-1', operation: 'tab-1#1', gatewayUrl: 'http://gateway.invalid' };
const one = { environment: { NAME: 'one' } };
const other = { environment: { NAME: 'other' } };

const now = () => [currentOperation()?.operation, currentInstance()?.environment['NAME']];

test('code knows its operation and its instance after any await, and code outside does not', async () => {
  const seen = onBehalfOf(operation, () =>
    asInstance(one, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return now();
    }),
  );
  expect(now()).toEqual([undefined, undefined]);
  await expect(seen).resolves.toEqual(['tab-1#1', 'one']);
});

test('a call from one instance to another stays in the operation, and the caller stays in its own instance', async () => {
  await onBehalfOf(operation, () =>
    asInstance(one, async () => {
      await asInstance(other, async () => expect(now()).toEqual(['tab-1#1', 'other']));
      expect(now()).toEqual(['tab-1#1', 'one']);
    }),
  );
});

test('two operations of one instance are kept apart, and an instance can run without an operation', async () => {
  const ask = (name: string) =>
    onBehalfOf({ ...operation, operation: name }, () =>
      asInstance(one, async () => {
        await Promise.resolve();
        return now();
      }),
    );
  await expect(Promise.all([ask('a'), ask('b')])).resolves.toEqual([
    ['a', 'one'],
    ['b', 'one'],
  ]);
  expect(asInstance(one, now)).toEqual([undefined, 'one']);
});
