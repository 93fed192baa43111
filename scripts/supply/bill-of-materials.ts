/** The packages that an installation gets or the package contains, as CycloneDX has them. */
import { execFileSync } from 'node:child_process';
import { root, type Lock } from './lock-file.ts';

export interface BillOfMaterials {
  metadata: { component: { name: string; version: string } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
}

/** Says of each of the packages which one needs which. npm's own selection misses what a workspace needs too. */
export function billOfMaterials(paths: readonly string[], lock: Lock): BillOfMaterials {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const everything = JSON.parse(
    execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }),
  ) as BillOfMaterials;
  const kept = new Set(paths.map((path) => referenceOf(path, lock)));
  const { component } = everything.metadata;
  const project = `${lock['']?.name}@${lock['']?.version}`;
  return {
    ...everything,
    // npm names the project like the folder of the checkout.
    metadata: { ...everything.metadata, component: { ...component, name: String(lock['']?.name) } },
    components: everything.components.filter((each) => kept.has(each['bom-ref'])),
    dependencies: everything.dependencies
      .filter(({ ref }) => ref === project || kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) })),
  };
}

/** Packages that the bill does not list. */
export function missingIn(bill: BillOfMaterials, paths: readonly string[], lock: Lock): string[] {
  const listed = new Set(bill.components.map((each) => each['bom-ref']));
  return paths.filter((path) => !listed.has(referenceOf(path, lock)));
}

function referenceOf(path: string, lock: Lock): string {
  return `${path.split('node_modules/').at(-1)}@${lock[path]?.version}`;
}
