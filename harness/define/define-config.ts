import { aListOf, aText, requireFields, type Definition } from './required-fields.ts';

/** The contents of `ratchet.config.ts`. */
export interface RatchetConfig {
  /** Folders whose files each export a `scenario`, relative to the config; Ratchet's own are always available. */
  scenarios?: readonly string[];
  /** Folders with one folder for each subject, whose `subject.ts` exports a `subject`. */
  subjects?: readonly string[];
  /** The default subject. */
  subject?: string;
  /** Folders whose files each export `planted`: mistakes that `ratchet matrix --planted` must find. */
  planted?: readonly string[];
}

const CONFIG: Definition = {
  name: 'config',
  fields: {
    'scenarios?': aListOf('folders'),
    'subjects?': aListOf('folders'),
    'subject?': aText,
    'planted?': aListOf('folders'),
  },
  isClosed: true,
  hint: 'docs/SCENARIOS.md describes every field',
};

/**
 * Returns the configuration of a project unchanged, for `ratchet.config.ts`.
 * @throws UsageError `config-invalid` that names the invalid or unknown field
 */
export function defineConfig(config: RatchetConfig): RatchetConfig {
  requireFields(config, CONFIG);
  return config;
}
