/** The SQL that makes a user exist, so that rows can refer to it. */
import type { SignedInUser } from '../port/session.ts';

export const ADD_USER = `
insert into auth.users (id, aud, role, email, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
values ($1, 'authenticated', $2, $3, $4::text::jsonb, $5::text::jsonb, now(), now())
on conflict (id) do nothing`;

/** The parameters of `ADD_USER`. */
export function userParameters({ userId, role = 'authenticated', email, claims = {} }: SignedInUser): unknown[] {
  const metadata = (name: string): string => JSON.stringify(claims[name] ?? {});
  return [userId, role, email ?? null, metadata('app_metadata'), metadata('user_metadata')];
}
