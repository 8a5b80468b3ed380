import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { maxRateOf } from './scylla-bench-check.js';
import { parseScyllaBenchCommand } from './scylla-bench-line.js';
import { countersAddUp, Payload } from './scylla-bench-payload.js';
import { columnsOf } from './scylla-bench-statements.js';
import { walkOf } from './scylla-bench-walk.js';
import { Word64 } from './word64.js';
import { workerRandom } from './worker-random.js';
import { KeyDraw } from './ycsb-draw.js';
import { YcsbKey } from './ycsb-key.js';
import { fieldsOf } from './ycsb-statements.js';
import { YcsbValue } from './ycsb-value.js';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const word = (text: string): Word64 => new Word64().setBigInt(BigInt(text));

const Row = z.looseObject({ pk: z.string(), ck: z.string(), v: z.string().optional() });
const Genuine = z.object({
  cases: z.array(
    z.object({
      line: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.array(Row),
    }),
  ),
});
const cases = Genuine.parse(JSON.parse(fixture('scylla-bench-rows.json'))).cases;

/** A run of the line has to end; the genuine one was stopped. */
const specOf = (line: string) =>
  parseScyllaBenchCommand(line.includes('timeseries') ? `${line} -duration 1s` : line).spec;
const benchOf = (line: string) => {
  const { scyllaBench } = specOf(line);
  if (!scyllaBench) throw new Error('a line without its own part');
  return scyllaBench;
};
const keysOf = (rows: readonly z.infer<typeof Row>[]) => rows.map(({ pk, ck }) => `${pk},${ck}`).toSorted();

describe('rows that the genuine scylla-bench wrote', () => {
  it.each(cases)('stand in the table that $line makes here', ({ line, columns }) => {
    const ours = Object.entries(columnsOf(benchOf(line))).map(([name, type]) => ({ name, type }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(columns.map(({ name, type }) => ({ name, type })).toSorted(byName)).toEqual(ours.toSorted(byName));
  });

  it.each(cases.filter(({ line }) => !line.includes('counter_')))('have the values of $line', ({ line, rows }) => {
    expect(rows.length).toBeGreaterThan(5);
    for (const { pk, ck, v = '' } of rows) {
      const [size, value] = [v.length / 2, Buffer.alloc(v.length / 2)];
      const content = line.includes('-validate-data') ? 'checked' : 'random';
      new Payload().write(content, value, 0, size, word(pk), word(ck));
      expect(value.toString('hex'), `${pk}, ${ck}`).toBe(v);
    }
  });

  it.each(cases.filter(({ line }) => line.includes('-workload sequential')))(
    'have the keys of $line',
    ({ line, rows }) => {
      const { rate, seed } = specOf(line);
      const visited = Array.from({ length: rate.threads }, (_, worker) => {
        const walk = walkOf(benchOf(line), worker, {
          workers: rate.threads,
          seed,
          maxRatePerSecond: undefined,
          runStartNs: 0n,
        });
        const keys: { pk: string; ck: string }[] = [];
        while (!walk.isDone) {
          walk.nextPartition(0);
          while (!walk.isPartitionDone) {
            walk.nextClustering(0);
            keys.push({ pk: String(walk.pk.toBigInt()), ck: String(walk.ck.toBigInt()) });
          }
        }
        return keys;
      });
      expect([...new Set(keysOf(visited.flat()))]).toEqual(keysOf(rows));
    },
  );

  it('of a timeseries lie as far apart as ours', () => {
    const { line, rows } = cases.find(({ line: one }) => one.includes('timeseries')) ?? { line: '', rows: [] };
    const spec = specOf(line);
    const walk = walkOf(benchOf(line), 0, {
      workers: spec.rate.threads,
      seed: spec.seed,
      maxRatePerSecond: maxRateOf(spec),
      runStartNs: 1_795_263_000_000_000_000n,
    });
    const ours = Array.from({ length: 3 }, () => {
      walk.nextPartition(0);
      walk.nextClustering(0);
      return walk.ck.toBigInt();
    });
    const step = (ours[0] ?? 0n) - (ours[1] ?? 0n);
    const [pk] = rows.map((row) => row.pk);
    const times = rows.filter((row) => row.pk === pk).map(({ ck }) => BigInt(ck));
    expect(times.slice(1).map((ck, index) => ck - (times[index] ?? 0n))).toEqual(times.slice(1).map(() => step));
  });

  it('of counters are what so many updates leave', () => {
    const { rows } = cases.find(({ line }) => line.includes('counter_update')) ?? { rows: [] };
    expect(rows).toHaveLength(4);
    for (const { ck, c1, c2, c3, c4, c5 } of rows)
      expect(countersAddUp(Number(ck), Number(c1), Number(c2), Number(c3), Number(c4), Number(c5))).toBe(true);
  });
});

/** The parts of the fixture: properties, and the lines below them. */
const parts = fixture('ycsb-rows.txt')
  .split(/^# (?=recordcount)/m)
  .slice(1)
  .map((part) => {
    const [head = '', ...lines] = part.trimEnd().split('\n');
    return { properties: head, lines };
  });
const property = (properties: string, name: string): string | undefined =>
  new RegExp(`(?:^| )${name}=(\\S+)`).exec(properties)?.[1];

describe('rows that the genuine YCSB writes', () => {
  it.each(parts)('with $properties are ours', ({ properties, lines }) => {
    const number = (name: string): number => Number(property(properties, name) ?? 0);
    const order = property(properties, 'insertorder');
    const prefix = property(properties, 'fieldnameprefix');
    const spec = YcsbSpec.parse({
      dataIntegrity: true,
      fieldCount: number('fieldcount'),
      fieldLengthBytes: number('fieldlength'),
      ...(order === undefined ? {} : { insertOrder: order, zeroPadding: number('zeropadding') }),
      ...(prefix === undefined ? {} : { fieldNamePrefix: prefix }),
    });
    const fields = fieldsOf(spec);
    const key = new YcsbKey(spec);
    const values = new YcsbValue(spec, workerRandom(1, 0), fields);
    expect(lines.length).toBeGreaterThan(1);
    for (const [index, line] of lines.entries()) {
      key.set(number('insertstart') + index);
      const [, name, text = ''] = /^INSERT usertable (\S+) \[ (.*) \]$/.exec(line) ?? [];
      expect(key.text()).toBe(name);
      const genuine = Object.fromEntries(text.split(' ').map((pair) => pair.split('=')));
      expect(Object.fromEntries(fields.map((field, place) => [field, values.expected(key, place)]))).toEqual(genuine);
    }
  });
});

const DRAWS = 400_000;
const draws = Object.fromEntries(
  fixture('ycsb-draws.txt')
    .replaceAll(/^#.*\n/gm, '')
    .split(/^(?=zipfian|latest)/m)
    .map((part) => {
      const [name = '', ...lines] = part.trimEnd().split('\n');
      return [name, lines.map((line) => line.split(' '))];
    }),
);

describe('keys that the genuine YCSB asks for', () => {
  it.each(['zipfian', 'latest'] as const)(
    '%s: the same ones are asked for most, and as often',
    (requestDistribution) => {
      const spec = YcsbSpec.parse({ recordCount: 1000, requestDistribution, shares: { read: 1 } });
      const keys = new KeyDraw(spec, workerRandom(1, 0), DRAWS);
      const key = new YcsbKey(spec);
      const counts = new Map<string, number>();
      for (let index = 0; index < DRAWS; index++) {
        key.set(keys.next());
        counts.set(key.text(), (counts.get(key.text()) ?? 0) + 1);
      }
      const genuine = draws[requestDistribution] ?? [];
      expect(genuine).toHaveLength(12);
      for (const [count = '', name = ''] of genuine) {
        const expected = Number(count);
        // Two samples of the same number: five standard deviations of their difference.
        expect(Math.abs((counts.get(name) ?? 0) - expected), name).toBeLessThan(5 * Math.sqrt(2 * expected));
      }
    },
  );
});
