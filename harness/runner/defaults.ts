/** What is run where nothing else is said, by the command line and by the functions of the package alike. */
export const DEFAULT_BACKEND = 'embedded';
export const DEFAULT_SEED = 1;
/** Of each scenario, or of a plan that is replayed. */
export const DEFAULT_RUNS = 1;
/** The folder where runs are saved, in the working directory. */
export const DEFAULT_REPORT = 'reports';
/** How many plans a search tries that has no limit in time. */
export const DEFAULT_PLANS = 1_000;
