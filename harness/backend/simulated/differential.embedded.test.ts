import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../port/backend.ts';
import { clientOf, conformanceOptions } from '../conformance.case.ts';
import { comparable } from '../comparable.case.ts';
import { commands, type Client } from '../differential.case.ts';
import { embeddedBackend } from '../embedded/embedded.ts';
import { simulatedBackend } from './simulated.ts';

const clusters: Cluster[] = [];
let real: Client;
let simulated: Client;

beforeAll(async () => {
  for (const backend of [embeddedBackend, simulatedBackend]) clusters.push(await backend.start(conformanceOptions(0)));
  [real, simulated] = clusters.map((cluster) => clientOf(cluster.primary, cluster.secretKey)) as [Client, Client];
});

afterAll(() => Promise.all(clusters.map((cluster) => cluster.close())));

it('random requests through supabase-js have the same answers as on PostgreSQL', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      for (const client of [real, simulated]) await client.from('stories').delete().neq('id', '');
      for (const { text, run } of sequence) {
        const expected = comparable(await run(real));
        expect({ text, ...comparable(await run(simulated)) }).toEqual({ text, ...expected });
      }
    }),
    { numRuns: 400 },
  );
});
