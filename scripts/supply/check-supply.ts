/**
 * Checks what the package ships of others: that each package is locked by a hash, has an allowed licence, and is listed
 * in the bill of materials. Prints one line for each that is not.
 */
import { billOfMaterials, missingIn } from './bill-of-materials.ts';
import { refusedLicences } from './licences.ts';
import { bundleLite } from './lite-bundle.ts';
import { installedPaths, pathsWithoutIntegrity, readLock } from './lock-file.ts';

const lock = readLock();
const shipped = [...installedPaths(lock), ...(await bundleLite()).packages];
const problems = [
  ...pathsWithoutIntegrity(lock).map((path) => `${path}: package-lock.json has no sha512 of it`),
  ...refusedLicences(shipped, lock),
  ...missingIn(billOfMaterials(shipped, lock), shipped, lock).map((path) => `${path}: is missing in the SBOM`),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
