#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/apps/cli/main.js', import.meta.url);
if (!existsSync(fileURLToPath(program))) {
  console.error(
    'tidemark is not built: run "npm ci && npm run build" first (npm run demo and npm test do it by themselves)',
  );
  process.exit(1);
}
process.setSourceMapsEnabled?.(true);
await import(program.href);
