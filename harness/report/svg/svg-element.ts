/** The parts of SVG that a picture of a run needs. All text is escaped here. */
import { printable } from '../printable.ts';
import { escapeXml } from '../xml.ts';

/** Complete markup, in which all text has been escaped. */
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
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(printable(child)) : child.markup));
  return { markup: `${open}>${inner.join('')}</${name}>` };
}

/** A text that begins, ends or is centred at `x`. */
export function label(className: string, x: number, y: number, text: string, anchor?: 'middle' | 'end'): Markup {
  return element('text', { class: className, x, y, ...(anchor === undefined ? {} : { 'text-anchor': anchor }) }, text);
}

/** At most `lengthMax` characters; a longer text ends in `…`. */
export function shortened(text: string, lengthMax: number): string {
  const characters = [...text];
  return characters.length <= lengthMax ? text : `${characters.slice(0, lengthMax - 1).join('')}…`;
}

/** Lines of at most `lengthMax` characters, broken at spaces; the last line is truncated with `…`. */
export function wrapped(text: string, lengthMax: number, linesMax: number): string[] {
  if ([...text].length <= lengthMax || linesMax === 1) return [shortened(text, lengthMax)];
  const space = text.lastIndexOf(' ', lengthMax);
  if (space <= 0) return [shortened(text, lengthMax)];
  return [text.slice(0, space), ...wrapped(text.slice(space + 1), lengthMax, linesMax - 1)];
}

/** The approximate width of a text in a sans-serif font. */
export function widthOf(text: string, fontSize: number): number {
  return [...text].length * fontSize * 0.56;
}

export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function textOf(value: string | number): string {
  return typeof value === 'number' ? rounded(value) : value;
}
