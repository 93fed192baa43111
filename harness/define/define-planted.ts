import { UsageError } from '../errors.ts';
import type { Range } from '../plan/range.ts';
import { aListOf, anObject, aText, aValueThat, requireFields, type Definition } from './required-fields.ts';

/** A mistake in one file, relative to the root: a text that the file has exactly once, and what replaces it; any number of them. */
export type PlantedBug = readonly [file: string, from: string, to: string, ...more: string[]];

/** Mistakes in an application that is correct without them, each of which a search must find. */
export interface PlantedBugs {
  /** The folder that is copied for each bug, without packages and hidden files. What is beside it is linked. */
  root: URL;
  /** The file of the subject, relative to the root. It holds under the range. */
  subject: string;
  /** The range of the plan space, or the name of the scenario whose range is searched; by default the whole plan space. */
  range?: Range | string;
  /** The properties to judge, instead of those of the plan space. */
  properties?: readonly string[];
  /** Name → bug. */
  bugs: Readonly<Record<string, PlantedBug>>;
}

const isRange = (value: unknown): boolean => anObject.holds(value) || aText.holds(value);

const PLANTED: Definition = {
  name: 'planted',
  fields: {
    root: aValueThat('the file URL of a folder', (value) => value instanceof URL && value.protocol === 'file:'),
    subject: aText,
    'range?': aValueThat('a range or the name of a scenario', isRange),
    'properties?': aListOf('properties'),
    bugs: anObject,
  },
  isClosed: true,
  hint: 'docs/MATRIX.md describes every field',
};

/**
 * Returns planted bugs unchanged, for a file in a folder of `planted` in `ratchet.config.ts`.
 * @throws UsageError `planted-invalid` that names the invalid field or bug
 */
export function definePlanted(planted: PlantedBugs): PlantedBugs {
  requireFields(planted, PLANTED);
  for (const [name, bug] of Object.entries(planted.bugs)) {
    const isTexts = Array.isArray(bug) && bug.every((text) => typeof text === 'string');
    if (isTexts && bug.length >= 3 && bug.length % 2 === 1) continue;
    throw new UsageError('planted-invalid', `planted.bugs: ${name} must be [file, from, to, …]`, PLANTED.hint);
  }
  return planted;
}
