import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { root } from './prepare.mjs';

/*
 * House rules that the linter has no words for; part of npm run lint. Each is a pattern over one line of a source file,
 * or over a file's name, with its reason.
 */
const ROOTS = ['apps', 'libs', 'migrations'];
const GENERATED = /^libs\/client\/schema\.ts$/;

const LINE_RULES = [
  {
    pattern: /\bnew Date\(\s*\)/,
    except: /^libs\/load\/clock\.ts$/,
    reason: 'time is an argument: only libs/load/clock.ts reads a clock',
  },
  {
    pattern: /@ts-(ignore|nocheck|expect-error)\b/,
    except: /^$/,
    reason: 'a type error is fixed, not hidden',
  },
  {
    pattern:
      /\b(SELECT|INSERT INTO|DELETE FROM|UPDATE)\b[^;]*\b(FROM runs|INTO runs|runs SET|FROM shards|FROM intervals)\b/,
    except: /^(libs\/store|migrations)\//,
    reason: 'SQL lives in libs/store',
  },
];

const NAME_RULES = [
  { pattern: /^(utils?|helpers?|common|misc|shared)(\.ts)?$/, reason: 'a drawer: name the noun instead' },
  { pattern: /^index\.ts$/, reason: 'no barrels: import the file that has it' },
];

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).map((entry) => ({
    path: relative(root, join(entry.parentPath ?? entry.path, entry.name))
      .split(sep)
      .join('/'),
    isFile: entry.isFile(),
  }));

const problems = [];
for (const { path, isFile } of ROOTS.map((name) => join(root, name))
  .filter((folder) => existsSync(folder))
  .flatMap(files)) {
  for (const { pattern, reason } of NAME_RULES) {
    if (pattern.test(basename(path))) problems.push(`${path}: ${reason}`);
  }
  if (!isFile || !path.endsWith('.ts') || path.endsWith('.spec.ts') || GENERATED.test(path)) continue;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  for (const { pattern, except, reason } of LINE_RULES) {
    if (except.test(path)) continue;
    lines.forEach((line, index) => {
      if (pattern.test(line)) problems.push(`${path}:${index + 1}: ${reason}`);
    });
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
