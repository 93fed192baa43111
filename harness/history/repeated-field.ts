/** Finds duplicate names in a JSON object, of which `JSON.parse` silently keeps the last. */

const judged: ReadonlySet<string> = new Set([
  'index',
  'time',
  'process',
  'session',
  'type',
  'f',
  'key',
  'value',
  'history',
]);
/** For a watch only: for other events `phase` is an extra field. */
const judgedOfWatch: ReadonlySet<string> = new Set([...judged, 'phase']);
const judgedOfValue: ReadonlySet<string> = new Set(['generation', 'progress', 'status']);

/** The first judged field that occurs twice in the event on this line or in its `value`. `line` must be valid JSON. */
export function repeatedField(line: string, isWatch: boolean): string | undefined {
  const judgedHere = isWatch ? judgedOfWatch : judged;
  const seen = new Set<string>();
  const seenOfValue = new Set<string>();
  for (const { name, depth, within } of namesOf(line)) {
    const isOfValue = depth === 2 && within === 'value';
    if (isOfValue ? !judgedOfValue.has(name) : depth !== 1 || !judgedHere.has(name)) continue;
    const names = isOfValue ? seenOfValue : seen;
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}

interface FieldName {
  name: string;
  /** 1 for a field of the outermost object. */
  depth: number;
  /** The outermost field that contains this one. */
  within: string;
}

/** All field names in the text, in order: strings before a colon. */
function* namesOf(line: string): Generator<FieldName> {
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  let depth = 0;
  let within = '';
  for (const [text, colon] of line.matchAll(token)) {
    if (text === '{' || text === '[') depth += 1;
    else if (text === '}' || text === ']') depth -= 1;
    else if (colon !== undefined && depth <= 2) {
      const name = JSON.parse(text.slice(0, -colon.length)) as string;
      if (depth === 1) within = name;
      yield { name, depth, within };
    }
  }
}
