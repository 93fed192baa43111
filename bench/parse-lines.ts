/** The reference for `ratchet check`: parses every line of a file with JSON.parse, and does nothing else. */
import { readFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2]!, 'utf8').trimEnd().split('\n');
const began = process.cpuUsage();
let events = 0;
for (const line of lines) events += (JSON.parse(line) as { index: number }).index >= 0 ? 1 : 0;
const { user, system } = process.cpuUsage(began);
console.log(JSON.stringify({ events, parse_cpu_ms: (user + system) / 1000 }));
