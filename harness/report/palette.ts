/** Text colours for terminals and for plain text. */
import { styleText } from 'node:util';

export interface Palette {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

/** Colours if standard output is a terminal that supports them; respects NO_COLOR and FORCE_COLOR. */
export const terminalPalette: Palette = {
  red: (text) => styleText('red', text),
  green: (text) => styleText('green', text),
  yellow: (text) => styleText('yellow', text),
  dim: (text) => styleText('dim', text),
  bold: (text) => styleText('bold', text),
};

/** Returns the text unchanged. */
export const plainPalette: Palette = {
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  dim: (text) => text,
  bold: (text) => text,
};
