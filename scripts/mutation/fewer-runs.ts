import * as fc from 'fast-check';

/** A fixed seed, so that every run tries the same histories and a mutant always has the same result. */
fc.configureGlobal({ numRuns: 60, seed: 4 });
