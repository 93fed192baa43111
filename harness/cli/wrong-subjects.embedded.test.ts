import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWrongSubjects, prepareBench } from './wrong-subjects.case.ts';

const bench = prepareBench();

/** Accepts a generation, and dies. */
const SERVER = `
import { createServer } from 'node:http';
createServer((request, response) => {
  response.statusCode = request.method === 'POST' ? 202 : 404;
  response.end('no such page', () => {
    if (request.method !== 'POST') return;
    console.error('no disk is left');
    process.exit(3);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
writeFileSync(join(bench.folder, 'server.mjs'), SERVER);

describeWrongSubjects('embedded', bench, {
  'that uses another database': {
    mistake: 'other database',
    exit: 2,
    says: [
      /^\? .* nothing was tested: the application asked another Supabase: no request of it came to http/,
      /^ {2}mistake: app: /,
    ],
  },
  'whose server dies': {
    app: "command([process.execPath, 'server.mjs'], { cwd: import.meta.dirname })",
    routes: '{ status: "/api/episodes/:id", start: "/api/episodes/:id/start" }',
    exit: 2,
    says: [/^ {2}stopped: .* server\.mjs ended during the run: exit code 3 — /, /^ {4}\| no disk is left$/],
  },
});
