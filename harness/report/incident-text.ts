/** Describes what the violations of a log have in common. */
import type { Incident, IncidentCause, IncidentExtent } from '../port/incident.ts';
import type { Palette } from './palette.ts';

/** Causes that are printed. */
const CAUSES_MAX = 10;

export function describeIncident(incident: Incident, palette: Palette): string[] {
  const { causes, query } = incident;
  const more = causes.length - CAUSES_MAX;
  return [
    `incident: ${extentWords(incident)}, ${spanWords(incident)}`,
    ...causes.slice(0, CAUSES_MAX).map((cause) => causeLine(cause, causes.length > 1)),
    ...(more > 0 ? [`   and ${more} more causes`] : []),
    palette.dim(`   in Supabase's logs: ${query}`),
  ];
}

function causeLine(cause: IncidentCause, isOneOfSeveral: boolean): string {
  const extent = isOneOfSeveral ? `${extentWords(cause)}, ${spanWords(cause)}: ` : '';
  return `   ${extent}${cause.cause}; first ${cause.example}`;
}

function extentWords({ violations, users, stories }: IncidentExtent): string {
  const affected = users === 0 ? '' : `, ${count(users, 'user')}`;
  return `${count(violations, 'violation')}, ${count(stories, 'story')}${affected}`;
}

function spanWords({ first, last }: IncidentExtent): string {
  return first === last ? `at ${first}` : `from ${first} to ${last}`;
}

function count(number: number, what: string): string {
  const plural = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  return `${number} ${number === 1 ? what : plural}`;
}
