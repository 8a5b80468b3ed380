#!/usr/bin/env node
// npm run bench -- <name> [options]: builds, then runs bench/<name>.ts. Figures are ratios measured in one run.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const [name, ...options] = process.argv.slice(2);
const known = readdirSync('bench')
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));
if (!name || !known.includes(name)) {
  console.error(`usage: npm run bench -- <${known.join('|')}> [--json] [--help]`);
  process.exit(2);
}
if (!existsSync('node_modules')) {
  console.error('node_modules is missing: run npm ci first');
  process.exit(2);
}
const run = (command, args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
const built = spawnSync('npx', ['tsc', '-p', 'tsconfig.json'], { stdio: ['ignore', 2, 2] }).status ?? 1;
if (built !== 0) process.exit(built);
process.exit(run(process.execPath, [`dist/bench/${name}.bench.js`, ...options]));
