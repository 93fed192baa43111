/** Removes the containers, networks and volumes of runs that are certainly dead, as the next run would. */
import { findEngine } from '../harness/backend/containers/engine.ts';
import { sweep } from '../harness/backend/containers/removal.ts';

await sweep(await findEngine());
process.exit(0);
