/** As much of SVG as a picture of a run takes. Every text is escaped here and nowhere else. */
import { escapeXml } from '../xml.ts';

/** Markup that is complete: what is foreign in it has been escaped. */
export interface Markup {
  readonly markup: string;
}

/** Numbers are written with at most one decimal, which is finer than a screen shows. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (Markup | string)[]
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(textOf(value))}"`);
  const open = `<${name}${written.join('')}`;
  if (children.length === 0) return { markup: `${open}/>` };
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(shownAs(child)) : child.markup));
  return { markup: `${open}>${inner.join('')}</${name}>` };
}

/** A text that begins, ends or is centred at `x`. */
export function label(className: string, x: number, y: number, text: string, anchor?: 'middle' | 'end'): Markup {
  return element('text', { class: className, x, y, ...(anchor === undefined ? {} : { 'text-anchor': anchor }) }, text);
}

/** At most so many characters; a text that is longer ends in `…`. */
export function shortened(text: string, lengthMax: number): string {
  const characters = [...text];
  return characters.length <= lengthMax ? text : `${characters.slice(0, lengthMax - 1).join('')}…`;
}

/** Lines of at most so many characters, broken at spaces; what does not fit into the last is cut off with `…`. */
export function wrapped(text: string, lengthMax: number, linesMax: number): string[] {
  if ([...text].length <= lengthMax || linesMax === 1) return [shortened(text, lengthMax)];
  const space = text.lastIndexOf(' ', lengthMax);
  if (space <= 0) return [shortened(text, lengthMax)];
  return [text.slice(0, space), ...wrapped(text.slice(space + 1), lengthMax, linesMax - 1)];
}

/** Of a text in a sans-serif font, about. */
export function widthOf(text: string, fontSize: number): number {
  return [...text].length * fontSize * 0.56;
}

export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function textOf(value: string | number): string {
  return typeof value === 'number' ? rounded(value) : value;
}

/** Control characters become the mark for what cannot be shown, and so do those that change the direction of a line. */
function shownAs(text: string): string {
  return text.replaceAll(/[\p{Cc}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '\u{FFFD}');
}
