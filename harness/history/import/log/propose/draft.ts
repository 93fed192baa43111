import type { LogFormat } from '../log-format.ts';
import type { GivenMapping, MappingFields } from '../mapping-schema.ts';

/** The fields of a mapping that were found, each with the reason. */
export interface Proposal {
  readonly fields: MappingFields;
  readonly reasons: Readonly<Partial<Record<keyof MappingFields, string>>>;
}

/** A proposal while it is made. */
export class Draft implements Proposal {
  readonly known: GivenMapping;
  readonly format: LogFormat;
  readonly fields: MappingFields = {};
  readonly reasons: Partial<Record<keyof MappingFields, string>> = {};

  /** @param known what needs no proposal */
  constructor(known: GivenMapping, format: LogFormat) {
    this.known = known;
    this.format = format;
  }

  set<Name extends keyof MappingFields>(name: Name, value: MappingFields[Name], reason: string): void {
    if (this.known[name] !== undefined) return;
    this.fields[name] = value;
    this.reasons[name] = reason;
  }
}
