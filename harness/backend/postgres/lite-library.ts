/**
 * What Ratchet uses of `@supabase/lite`. A build replaces this module by one that contains the library: of the library's
 * own dependencies, which take 130 MB, most belong to its command line.
 */
export { App } from '@supabase/lite';
export { PostgresConnection } from '@supabase/lite/postgres';
