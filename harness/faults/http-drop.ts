import fc from 'fast-check';
import { defineFault } from './fault.ts';
import { onRequests } from './fields.ts';

/** One request is lost before the server sees it; the client's connection breaks. */
export const httpDrop = defineFault({
  kind: 'http-drop',
  summary: 'requests are lost before they arrive',
  fields: onRequests('http-drop', {}),
  isAtEdgeToo: true,
  inflict: (_, passage) => passage.breakConnection(),
  describe: () => '',
  describeEffect: () => 'lost before the server saw it',
  draw: { 'http-drop': { on: 'request', draw: () => fc.constant((match) => ({ kind: 'http-drop' as const, match })) } },
  byHand: {},
});
