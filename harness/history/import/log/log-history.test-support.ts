/** Imports a text as a history, for tests. */
import type { ImportedHistory } from '../import-format.ts';
import { formatNamed } from '../import-formats.ts';
import { completeMapping } from './complete-mapping.ts';
import { jsonLog } from './formats/json-log.ts';
import { parseMapping } from './mapping.ts';
import type { Mapping } from './mapping-schema.ts';

/** @param mapping its text, in YAML; none if missing */
export async function importText(
  text: string | Uint8Array,
  {
    format = 'json-log',
    mapping,
    url,
    name = 'log.ndjson',
  }: { format?: string; mapping?: string; url?: string; name?: string },
): Promise<ImportedHistory> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield typeof text === 'string' ? Buffer.from(text) : text;
  }
  return formatNamed(format)!.read(
    { name, bytes: bytes() },
    {
      ...(mapping === undefined ? {} : { mapping: [parseMapping(mapping, 'map.yaml')] }),
      ...(url === undefined ? {} : { url }),
    },
  );
}

/** A mapping for a log in JSON. */
export function mappingOf(text: string): Mapping {
  return completeMapping(parseMapping(text, 'map.yaml'), jsonLog);
}
