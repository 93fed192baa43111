/**
 * The query for the logs explorer of Supabase: one table `logs` in ClickHouse, in which `event_message` is the line.
 * https://supabase.com/docs/guides/observability/advanced-log-filtering
 */

const KEYS_MAX = 20;

/** @param keys the stories, of which the first ones are named */
export function supabaseQuery(keys: readonly string[], { from, to }: { from: Date; to: Date }): string {
  const named = keys.slice(0, KEYS_MAX).map(literal).join(', ');
  return [
    "select timestamp, source, log_attributes['load_balancer_redirect_identifier'] as redirected_to, event_message from logs",
    "where source in ('edge_logs', 'function_edge_logs', 'function_logs', 'postgres_logs')",
    `and timestamp between '${timestamp(from)}' and '${timestamp(to)}'`,
    `and multiSearchAny(event_message, [${named}])`,
    'order by timestamp limit 1000',
  ].join(' ');
}

/** A string of ClickHouse, in which a backslash escapes. */
function literal(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

function timestamp(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}
