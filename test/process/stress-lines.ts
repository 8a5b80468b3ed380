import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { tidemark } from './cli-program.js';

/** Command lines as people run them, each as it stands. */
export const LINES = readFileSync(fileURLToPath(new URL('../fixtures/stress-lines.txt', import.meta.url)), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
/** Of each line here. */
export const OPERATIONS = 20;

/** In place of the profiles that lines name. */
export const profile = (replicas: number): string => `
keyspace: lines
keyspace_definition: |
  CREATE KEYSPACE IF NOT EXISTS lines WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${replicas}};
table: pets
table_definition: |
  CREATE TABLE IF NOT EXISTS pets (owner text, day int, sensor text, value blob, PRIMARY KEY (owner, day));
columnspec:
  - name: day
    cluster: fixed(2)
queries:
  read1: { cql: SELECT * FROM pets WHERE owner = ?, fields: samerow }
  read2: { cql: SELECT value FROM pets WHERE owner = ? AND day = ?, fields: samerow }
  read3: { cql: SELECT sensor FROM pets WHERE owner = ? LIMIT 1, fields: samerow }
`;

interface Where {
  /** Of the files that lines name. */
  folder: string;
  /** The words behind -node. */
  node: string;
  keyspace: string;
}

/** The same line, so small that it takes a moment: few operations on few keys, of a target and files of this test. */
export function small(line: string, { folder, node, keyspace }: Where): string {
  const counted = /\b(n=\d+[kmb]?|duration=\d+[smh])(?=\s|$)/i;
  const [datacenter = ''] = /\bdatacenter=\S+/.exec(line) ?? [];
  return line
    .replace(/-node .*?(?= -[a-z]|$)/, '')
    .replace(/^\S+ (\w+)/, counted.test(line) ? 'stress $1' : `stress $1 n=${OPERATIONS}`)
    .replace(counted, `n=${OPERATIONS}`)
    .replace(/(\d+)\.\.\d+[kmb]?/gi, (_, from: string) => `${from}..${Number(from) + OPERATIONS - 1}`)
    .replace(/threads\\?<=\d+/, 'threads<=4')
    .replace(/threads\\?>=\d+/, 'threads>=4')
    .replace(/throttle=\d+/, 'throttle=2000')
    .replace(/file=(\S+)/g, (_, path: string) => `file=${join(folder, basename(path))}`)
    .replace(/profile=\S+/, `profile=${join(folder, 'profile.yaml')}`)
    .replace(/(counter_read n=\d+ cl=\S+|counter_read n=\d+)/, '$1 -rate threads>=4 threads<=4')
    .replace(/-schema (?!['"]?keyspace=)/, `-schema keyspace=${keyspace} `)
    .concat(/ -schema | user /.test(line) ? '' : ` -schema keyspace=${keyspace}`)
    .concat(` -node ${datacenter} ${node}`);
}

/** What a reading line expects to find: the same table and keys, written before. */
export function fill(line: string): string | undefined {
  const [, command = ''] = line.split(/ +/);
  if (!/^(read|mixed|counter_read)$/.test(command)) return undefined;
  const { groups = '' } = /(?<groups> -.*)$/.exec(line)?.groups ?? {};
  const kept = groups.replace(/ -(pop|rate|errors|log|graph|reporting) .*?(?= -[a-z]|$)/g, '');
  const from = /(\d+)\.\./.exec(line)?.[1] ?? '1';
  const write = command === 'counter_read' ? 'counter_write' : 'write';
  return `${write} n=${OPERATIONS} no-warmup -rate threads=4 -pop seq=${from}..${Number(from) + OPERATIONS - 1}${kept}`;
}

export const runLine = (line: string) =>
  tidemark(['stress', ...line.split(/ +/).slice(line.startsWith('stress ') ? 1 : 0)]).ended;

/** What a line of so many operations has to end with. A query of a profile may find nothing; all else is one partition each. */
export const expectWhole = (line: string, out: string): void => {
  expect(out.trimEnd().endsWith('END')).toBe(true);
  const partitions = line.includes(' user ') ? '\\d+' : OPERATIONS;
  expect(out).toMatch(new RegExp(`^Total partitions +: +${partitions} \\[`, 'm'));
  expect(out).toMatch(/^Total errors +: +0 \[/m);
};
