/** What `ratchet check` is compared with: every line of a file through JSON.parse, and nothing else. */
import { readFileSync } from 'node:fs';

const began = performance.now();
const lines = readFileSync(process.argv[2]!, 'utf8').trimEnd().split('\n');
const read = performance.now();
let events = 0;
for (const line of lines) events += (JSON.parse(line) as { index: number }).index >= 0 ? 1 : 0;
console.log(JSON.stringify({ events, read_ms: read - began, parse_ms: performance.now() - read }));
