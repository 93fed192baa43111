/** Colours of text: those of a terminal, or none. */
import { styleText } from 'node:util';

export interface Palette {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

/** Colours where standard output is a terminal that wants them (NO_COLOR and FORCE_COLOR are heeded). */
export const terminalPalette: Palette = {
  red: (text) => styleText('red', text),
  green: (text) => styleText('green', text),
  yellow: (text) => styleText('yellow', text),
  dim: (text) => styleText('dim', text),
  bold: (text) => styleText('bold', text),
};

/** Leaves the text as it is. */
export const plainPalette: Palette = {
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  dim: (text) => text,
  bold: (text) => text,
};
