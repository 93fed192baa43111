import type { Validity } from '../../../checker/verdict.ts';
import { h } from './dom.ts';

/** The mark of a verdict. The verdict stands in words beside it. */
export function markOf(valid: Validity): HTMLElement {
  const [mark, name] = valid === 'unknown' ? ['?', 'unknown'] : valid ? ['✓', 'held'] : ['✗', 'violated'];
  return h('span', { class: `mark ${name}`, 'aria-hidden': 'true' }, mark);
}
