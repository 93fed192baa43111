/** Defaults of the command line and of the API. */
export const DEFAULT_BACKEND = 'embedded';
export const DEFAULT_SEED = 1;
/** Runs of each scenario, or of a replayed plan. */
export const DEFAULT_RUNS = 1;
/** The folder where runs are saved, in the working directory. */
export const DEFAULT_REPORT = 'reports';
/** How long a check of a trial waits for the application: two waits fit into the 5 s in which a mistake is to be reported. */
export const CHECK_TIMEOUT_MS = 4_000;
/** Plans that a search without a time limit tries. */
export const DEFAULT_PLANS = 1_000;
