/** The port's description of who is signed in to the application. */

/** A user of Supabase Auth, as whom a tab or a worker is signed in. */
export interface SignedInUser {
  /** A uuid: `auth.uid()`. */
  userId: string;
  /**
   * A valid access token of the user, for a `remote` target by whose key Ratchet cannot sign one: the target verifies
   * tokens by asymmetric keys, or its secret is not given. Used only there.
   */
  accessToken?: string | undefined;
  /** `authenticated` by default. */
  role?: string;
  email?: string;
  /** Claims of the access token besides those that Supabase sets, for example `app_metadata`. */
  claims?: Readonly<Record<string, unknown>>;
  /**
   * How a request shows who is signed in: a header `Authorization: Bearer …`, the cookie of `@supabase/ssr`, or both,
   * which is the default.
   */
  sentAs?: 'bearer' | 'cookie' | 'both';
}

/** The user of every tab and worker, or a function from their names: `tab-1`, `worker-1`; `undefined`: nobody. */
export type SessionChoice = SignedInUser | ((actor: string) => SignedInUser | undefined);
