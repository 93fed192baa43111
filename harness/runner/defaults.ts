/** What is run where nothing else is said. */
export const DEFAULT_BACKEND = 'embedded';
export const DEFAULT_SEED = 1;
