/** Splits a SQL script into its statements, as psql does, so that each can be sent alone and named in an error. */

export interface Statement {
  /** Without the semicolon, and without the comments and spaces before it. */
  sql: string;
  /** Line of its first character in the script, from 1. */
  line: number;
}

/** The parts of a script that may contain a semicolon that ends no statement, and the words that psql looks at. */
const TOKEN =
  /--[^\n]*|\/\*|(?<![A-Za-z0-9_$])[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![A-Za-z0-9_$])\$([A-Za-z_][A-Za-z0-9_]*)?\$|[;()]|[A-Za-z_][A-Za-z0-9_$]*/g;
const ROUTINE = /^create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i;

export function statementsOf(script: string): Statement[] {
  const statements: Statement[] = [];
  const token = new RegExp(TOKEN);
  let start: number | undefined;
  let parentheses = 0;
  let blocks = 0;
  const end = (at: number): void => {
    if (start !== undefined) statements.push(statementAt(script, start, at));
    start = undefined;
    parentheses = 0;
    blocks = 0;
  };
  let previousEnd = 0;
  for (let match = token.exec(script); match !== null; match = token.exec(script)) {
    const [text] = match;
    start ??= firstOther(script, previousEnd, match.index);
    const isComment = text.startsWith('--') || text === '/*';
    if (text === '/*') token.lastIndex = endOfComment(script, token.lastIndex);
    else if (text.startsWith('$')) token.lastIndex = endOfQuote(script, text, token.lastIndex);
    previousEnd = token.lastIndex;
    if (isComment) continue;
    if (text === ';') {
      if (parentheses > 0 || blocks > 0) continue;
      end(match.index);
      continue;
    }
    start ??= match.index;
    if (text === '(') parentheses += 1;
    else if (text === ')') parentheses = Math.max(0, parentheses - 1);
    else blocks = blocksAfter(text, blocks, () => ROUTINE.test(script.slice(start, start! + 40)));
  }
  start ??= firstOther(script, previousEnd, script.length);
  end(script.length);
  return statements;
}

/** The depth of `begin atomic … end` and of `case … end` within it. */
function blocksAfter(word: string, blocks: number, isRoutine: () => boolean): number {
  const lower = word.toLowerCase();
  if (lower === 'begin' || (lower === 'case' && blocks > 0)) return isRoutine() ? blocks + 1 : blocks;
  return lower === 'end' && blocks > 0 ? blocks - 1 : blocks;
}

function statementAt(script: string, start: number, end: number): Statement {
  return { sql: script.slice(start, end).trimEnd(), line: script.slice(0, start).split('\n').length };
}

/** The first character between the tokens that is not a space, for a statement that begins with no token. */
function firstOther(script: string, from: number, to: number): number | undefined {
  const offset = script.slice(from, to).search(/\S/);
  return offset === -1 ? undefined : from + offset;
}

/** Comments nest. */
function endOfComment(script: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 1;
  for (let match = mark.exec(script); match !== null; match = mark.exec(script)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return script.length;
}

function endOfQuote(script: string, tag: string, from: number): number {
  const end = script.indexOf(tag, from);
  return end === -1 ? script.length : end + tag.length;
}
