import type { Issue } from '#libs/contract/problem.js';
import type { SettingName } from './zookeeper-settings.js';

/** What stands behind `--`, and `--bench-*` wherever it stands. */
export interface LocustWords {
  settings: Partial<Record<SettingName, string>>;
  bench: Record<string, string>;
  remarks: string[];
  issues: Issue[];
}

/** Locust's flags that have a value, as settings. */
const VALUED: Readonly<Record<string, SettingName>> = {
  '-c': 'clients',
  '--clients': 'clients',
  '-u': 'clients',
  '--users': 'clients',
  '-r': 'spawnRate',
  '--hatch-rate': 'spawnRate',
  '--spawn-rate': 'spawnRate',
  '-t': 'duration',
  '--run-time': 'duration',
};

/** Locust's switches that say what is so here anyway. */
const GIVEN: ReadonlySet<string> = new Set([
  '--no-web',
  '--headless',
  '--only-summary',
  '--print-stats',
  '--reset-stats',
]);

/** Locustfiles of the original whose names are not their task sets'. */
const FILES: Readonly<Record<string, string>> = { connect_set_parallel: 'connect_set' };

/** Locustfiles that are more than one run. */
const OTHERWISE: Readonly<Record<string, string>> = {
  sequence: 'tidemark suite --preset zookeeper-sequence',
  set_with_controller: 'tidemark suite',
  max_load_seeker: 'tidemark search --file <a zookeeper run>',
  max_load_binary_search: 'tidemark search --file <a zookeeper run>',
};

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

/** `90`, `90s`, `5m`, `1h30m` as seconds; as it is when it is none of them. */
function secondsOf(text: string): string {
  if (!/^(\d+[smh]?)+$/.test(text)) return text;
  const parts = [...text.matchAll(/(\d+)([smh]?)/g)];
  return String(parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (SECONDS[unit] ?? 1), 0));
}

/** `dir/locust_set_and_get.py` -> set_and_get. */
function taskSetOf(file: string): string {
  const name = (file.split('/').at(-1) ?? file).replace(/^locust_/, '').replace(/\.py$/, '');
  return FILES[name] ?? name;
}

function readFile(file: string, flag: string, read: LocustWords): void {
  const taskSet = taskSetOf(file);
  const otherwise = OTHERWISE[taskSet];
  if (otherwise === undefined) read.settings.taskSet = taskSet;
  else read.issues.push({ path: flag, message: `expected one task set, found ${file}, which is ${otherwise} here` });
}

/** Reads what commander did not know. */
export function readLocustWords(words: readonly string[]): LocustWords {
  const read: LocustWords = { settings: {}, bench: {}, remarks: [], issues: [] };
  const rest = words.flatMap((word) => (/^--[a-z-]+=/.test(word) ? splitOnce(word) : [word])).values();
  for (const word of rest) {
    const setting = VALUED[word];
    const valued = setting !== undefined || word === '-f' || word === '--locustfile' || word.startsWith('--bench-');
    const value = valued ? rest.next().value : undefined;
    if (valued && value === undefined) read.issues.push({ path: word, message: 'expected a value, found nothing' });
    else if (value !== undefined && setting !== undefined)
      read.settings[setting] = setting === 'duration' ? secondsOf(value) : value;
    else if (value !== undefined && word.startsWith('--bench-')) read.bench[word.slice('--bench-'.length)] = value;
    else if (value !== undefined) readFile(value, word, read);
    else if (GIVEN.has(word)) read.remarks.push(`${word} has no meaning here: it is always so`);
    else
      read.issues.push({
        path: word,
        message: 'expected -c, -r, -t, -f or --bench-*; other flags of Locust are listed in docs/from-zk-locust.md',
      });
  }
  return read;
}

const splitOnce = (word: string): string[] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)];
