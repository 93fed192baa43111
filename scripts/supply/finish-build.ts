/** Adds to a build what the compiler does not make: the bundled library and page, the licences of what it contains, and the SBOM. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePage } from '../../harness/report/html/page-bundle.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { noticesOf } from './licences.ts';
import { bundleLite } from './lite-bundle.ts';
import { installedPaths, readLock, root } from './lock-file.ts';

const [dist = join(root, 'dist')] = process.argv.slice(2);
const lock = readLock();
const { file, code, packages } = await bundleLite();
writeFileSync(join(dist, file), code);
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), noticesOf(packages, lock));
for (const [name, content] of Object.entries(await bundlePage())) {
  writeFileSync(join(dist, 'harness/report/html', name), content);
}
const bill = billOfMaterials([...installedPaths(lock), ...packages], lock);
writeFileSync(join(dist, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
