/** Defaults of the command line and of the API. */
export const DEFAULT_BACKEND = 'embedded';
export const DEFAULT_SEED = 1;
/** Runs of each scenario, or of a replayed plan. */
export const DEFAULT_RUNS = 1;
/** The folder where runs are saved, in the working directory. */
export const DEFAULT_REPORT = 'reports';
/** Plans that a search without a time limit tries. */
export const DEFAULT_PLANS = 1_000;
