/** Addresses of embedded servers, which listen only on UNIX sockets that only their user can connect to. */
import type { Address } from '../postgres/address.ts';
import { socketPath } from '../postgres/connect.ts';

export const OWNER = 'postgres';

export function socketAddress(socketDirectory: string): Address {
  return { at: { path: socketPath(socketDirectory) }, user: OWNER, password: '' };
}
