/** The text of a mapping in YAML, with the reasons as comments. */
import type { MappingFields } from '../mapping-schema.ts';

const WIDTH = 48;

/** One line per field, in the order of docs/LOGS.md. */
export function mappingLines(
  fields: MappingFields,
  reasons: Readonly<Partial<Record<keyof MappingFields, string>>>,
): string[] {
  const names = ORDER.filter((name) => fields[name] !== undefined);
  return names.map((name) => {
    const line = `${name}: ${flow(fields[name])}`;
    const reason = reasons[name];
    return reason === undefined ? line : `${line.padEnd(WIDTH)} # ${printed(reason)}`;
  });
}

const ORDER: readonly (keyof MappingFields)[] = [
  'format',
  'where',
  'url',
  'time',
  'zone',
  'began',
  'took',
  'session',
  'story',
  'progress',
  'generation',
  'status',
  'operation',
  'outcome',
  'carry',
  'otherwise',
  'properties',
];

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, member]) => `${scalar(name)}: ${flow(member)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** Plain where YAML reads it as the same text, also within brackets. */
function scalar(text: string): string {
  const isPlain =
    /^\dxx$|^(?:[:?])?[A-Za-z_/@][\w./@*:+-]*(?: [\w./@*+-]+)*$/.test(text) &&
    !/:$|^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

/** In one line, and nothing that a terminal interprets. */
function printed(text: string): string {
  const line = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
