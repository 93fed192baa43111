/** The version of `@supabase/lite` that `package.json` pins: its own is not there once it has been bundled. */
export const LITE_VERSION = '0.10.0';
