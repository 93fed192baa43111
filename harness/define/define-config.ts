import { aListOf, aText, requireFields, type Definition } from './required-fields.ts';

/** What `ratchet.config.ts` says of a project. */
export interface RatchetConfig {
  /** Folders whose files each export a `scenario`, relative to the config; Ratchet's own are there without it. */
  scenarios?: readonly string[];
  /** Folders with a folder for each subject, whose `subject.ts` exports a `subject`. */
  subjects?: readonly string[];
  /** The subject that runs when none is named. */
  subject?: string;
}

const CONFIG: Definition = {
  name: 'config',
  fields: { 'scenarios?': aListOf('folders'), 'subjects?': aListOf('folders'), 'subject?': aText },
  isClosed: true,
  hint: 'docs/SCENARIOS.md describes every field',
};

/**
 * The configuration of a project, for `ratchet.config.ts`: returned as it is.
 * @throws UsageError `config-invalid` that names the field which is wrong or unknown
 */
export function defineConfig(config: RatchetConfig): RatchetConfig {
  requireFields(config, CONFIG);
  return config;
}
