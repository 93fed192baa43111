/** The parts of XML that a report needs. */

/** An element with its children, which are elements or text, one below the other. */
export function element(name: string, attributes: Record<string, string>, children: readonly string[]): string {
  const open = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)].join(' ');
  if (children.length === 0) return `<${open}/>`;
  const inner = children.map((child) => indent(child));
  return [`<${open}>`, ...inner, `</${name}>`].join('\n');
}

/** Lines of text keep their place: only lines that begin a tag are moved. */
function indent(child: string): string {
  return child.replaceAll(/^(?=\s*<)/gm, '  ');
}

/** What XML 1.0 cannot hold at all becomes the mark for what cannot be shown. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"]/g, (char) => entities[char] ?? char);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
