import type { HttpFaultKind } from './fault.ts';

/** One request is lost before the database sees it; the client's connection breaks. */
export const httpDrop: HttpFaultKind<'http-drop'> = {
  kind: 'http-drop',
  requires: 'http-drop',
  inflict: () => ({ kind: 'http-drop' }),
};
