/** A part of what a command does: several machines do one each. */

/** `number` of `of`, from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}
