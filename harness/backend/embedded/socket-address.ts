/** Servers of this backend listen on UNIX sockets alone, in a directory that only their user may enter. */
import type { Address } from '../postgres/address.ts';
import { socketPath } from '../postgres/connect.ts';

export const OWNER = 'postgres';

export function socketAddress(socketDirectory: string): Address {
  return { at: { path: socketPath(socketDirectory) }, user: OWNER, password: '' };
}
