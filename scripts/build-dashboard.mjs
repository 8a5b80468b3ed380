import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './prepare.mjs';

/*
 * Part of npm run build: bundles apps/dashboard into dist/dashboard, as the API serves it. Names hold a hash of
 * the content, so that browsers may keep them for ever; only the page itself is asked for anew.
 */
const source = join(root, 'apps', 'dashboard');
const target = join(root, 'dist', 'dashboard');
const parts = { script: 'main.ts', style: 'style/main.css', icon: 'icon.svg' };

rmSync(target, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.values(parts).map((path) => join(source, path)),
  outdir: join(target, 'assets'),
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome110', 'firefox110', 'safari16.4'],
  sourcemap: 'linked',
  metafile: true,
  // For `#libs/…` in package.json.
  conditions: ['source'],
  logLevel: 'warning',
});

const made = Object.entries(metafile.outputs);
let page = readFileSync(join(source, 'page.html'), 'utf8');
for (const [name, path] of Object.entries(parts)) {
  const [file] = made.find(([, { entryPoint }]) => entryPoint === `apps/dashboard/${path}`) ?? [];
  if (file === undefined) throw new Error(`esbuild made nothing of ${path}`);
  page = page.replaceAll(`%${name}%`, `assets/${basename(file)}`);
}
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'index.html'), page);
