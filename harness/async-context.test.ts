import { expect, test } from 'vitest';
import { asInstance, currentInstance, currentOperation, onBehalfOf } from './async-context.ts';

const operation = { actor: 'tab-1', operation: 'tab-1#1', gatewayUrl: 'http://gateway.invalid' };
const one = { environment: { NAME: 'one' } };
const other = { environment: { NAME: 'other' } };

const now = () => [currentOperation()?.operation, currentInstance()?.environment['NAME']];

test('operation and instance are known after an await, and unknown outside', async () => {
  const seen = onBehalfOf(operation, () =>
    asInstance(one, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return now();
    }),
  );
  expect(now()).toEqual([undefined, undefined]);
  await expect(seen).resolves.toEqual(['tab-1#1', 'one']);
});

test('a call to another instance keeps the operation, and the caller keeps its own instance', async () => {
  await onBehalfOf(operation, () =>
    asInstance(one, async () => {
      await asInstance(other, async () => expect(now()).toEqual(['tab-1#1', 'other']));
      expect(now()).toEqual(['tab-1#1', 'one']);
    }),
  );
});

test('two operations of one instance are separate, and an instance can run without an operation', async () => {
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
