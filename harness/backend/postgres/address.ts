/** Where a server listens, and as whom we speak to it. */

export interface Address {
  /** A UNIX socket's path, or a host and its port. */
  at: { path: string } | { host: string; port: number };
  user: string;
  /** Empty where the server asks for none. */
  password: string;
}

export const DATABASE = 'postgres';
