import { expect, it } from 'vitest';
import { supabaseVariables } from './environment.ts';

const variables = supabaseVariables({ supabaseUrl: 'http://url', publishableKey: 'public', secretKey: 'secret' });

it.each([
  ['NEXT_PUBLIC_SUPABASE_URL', 'http://url'],
  ['NEXT_PUBLIC_SUPABASE_ANON_KEY', 'public'],
  ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', 'public'],
  ['VITE_SUPABASE_URL', 'http://url'],
  ['PUBLIC_SUPABASE_ANON_KEY', 'public'],
  ['NUXT_PUBLIC_SUPABASE_URL', 'http://url'],
  ['EXPO_PUBLIC_SUPABASE_ANON_KEY', 'public'],
  ['REACT_APP_SUPABASE_PUBLISHABLE_KEY', 'public'],
  ['SUPABASE_URL', 'http://url'],
  ['SUPABASE_ANON_KEY', 'public'],
  ['SUPABASE_SERVICE_ROLE_KEY', 'secret'],
  ['SUPABASE_SECRET_KEY', 'secret'],
])('an application finds its setting %s', (name, value) => {
  expect(variables[name]).toBe(value);
});

it('the secret key is never in a variable that a framework sends to the browser', () => {
  const secret = Object.keys(variables).filter((name) => variables[name] === 'secret');
  expect(secret).toEqual(['SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_SECRET_KEY']);
});
