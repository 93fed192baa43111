/** Colours and fonts of a picture, for light and dark backgrounds. The page that embeds it cannot style it. */

interface Colours {
  background: string;
  text: string;
  dim: string;
  grid: string;
  shown: string;
  committed: string;
  replayed: string;
  fault: string;
  violation: string;
}

const LIGHT: Colours = {
  background: '#ffffff',
  text: '#1f2328',
  dim: '#59636e',
  grid: '#e3e8ee',
  shown: '#0969da',
  committed: '#8c959f',
  replayed: '#8250df',
  fault: '#bf8700',
  violation: '#cf222e',
};

const DARK: Colours = {
  background: '#0d1117',
  text: '#f0f6fc',
  dim: '#9198a1',
  grid: '#262c36',
  shown: '#4493f8',
  committed: '#7d8590',
  replayed: '#ab7df8',
  fault: '#d29922',
  violation: '#f85149',
};

/** Every rule is limited to this class, since a page can contain several pictures and other content. */
export const ROOT_CLASS = 'ratchet-timeline';

export const STYLE = [
  rule('text', "font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"),
  rule('.heading', 'font-size:18px;font-weight:600'),
  rule('.strong', 'font-weight:600'),
  rule('.point-label', 'font-weight:600;paint-order:stroke;stroke-width:4px;stroke-linejoin:round'),
  rule('path', 'fill:none;stroke-linejoin:round'),
  rule('.shown', 'stroke-width:2.5'),
  rule('.committed', 'stroke-width:1.5;stroke-dasharray:5 3'),
  rule('.replayed', 'stroke-width:2.5'),
  rule('.way', 'stroke-width:2.5'),
  rule('.grid,.generation', 'stroke-width:1'),
  rule('.generation', 'stroke-dasharray:2 3'),
  rule('.fault', 'fill-opacity:.2'),
  rule('.cause', 'fill-opacity:.45'),
  rule('.shade', 'fill-opacity:.09'),
  rule('.lag', 'fill-opacity:.25'),
  coloured(LIGHT),
  `@media(prefers-color-scheme:dark){${coloured(DARK)}}`,
].join('');

function coloured({ background, text, dim, grid, shown, committed, replayed, fault, violation }: Colours): string {
  return [
    rule('text', `fill:${text}`),
    rule('.background', `fill:${background}`),
    rule('.dim', `fill:${dim}`),
    rule('.grid', `stroke:${grid}`),
    rule('.generation', `stroke:${dim}`),
    rule('.shown', `stroke:${shown}`),
    rule('.committed', `stroke:${committed}`),
    rule('.replayed', `stroke:${replayed}`),
    rule('.fault,.shade,.moment,.lag', `fill:${fault}`),
    rule('.way', `stroke:${violation}`),
    rule('.violation', `fill:${violation}`),
    rule('.point-label', `fill:${violation};stroke:${background}`),
  ].join('');
}

function rule(selectors: string, declarations: string): string {
  const scoped = selectors.split(',').map((selector) => `.${ROOT_CLASS} ${selector}`);
  return `${scoped.join(',')}{${declarations}}`;
}
