/** The options of a shard, which `ratchet merge` joins with the others. */
import { InvalidArgumentError, Option } from 'commander';
import type { ShardOptions } from '../api/open-shard.ts';
import type { Shard } from '../port/shard.ts';

export interface ShardFlags {
  shard?: Shard;
  durations?: string;
}

export const shardOption = (of: 'runs' | 'plans'): Option =>
  new Option(
    '--shard <i/n>',
    `only the i-th of n parts of the ${of}, which have nothing in common, and together everything; ratchet merge joins them`,
  ).argParser(shard);

export const durationsOption = (): Option =>
  new Option(
    '--durations <file>',
    'with --shard: how long runs took, as ratchet merge writes it, to divide them evenly',
  );

export function shardIn({ shard: part, durations }: ShardFlags): ShardOptions {
  return {
    ...(part === undefined ? {} : { shard: part }),
    ...(durations === undefined ? {} : { durations }),
  };
}

function shard(text: string): Shard {
  const [, first, second] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const [number, of] = [Number(first), Number(second)];
  if (!(number >= 1 && number <= of)) throw new InvalidArgumentError('It must be like 2/4, the second of four parts.');
  return { number, of };
}
