/** How the owner of a Supabase project marks it as a target for tests. */

/** A table of this name in the schema `public` marks a project: generations may be started, and rows written. */
export const TEST_TARGET_TABLE = 'ratchet_test_target';

/** What the owner of a project can do that is not marked. */
export const UNMARKED_HINT = `its owner must create the table ${TEST_TARGET_TABLE}, or use --i-own-this-target`;
