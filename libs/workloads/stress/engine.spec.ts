import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { sampleSpec } from './sample-spec.js';
import { SimulatedTarget } from './simulated-target.js';
import type { StoredStressSpec } from './stress.schema.js';

const ENGINES = ['wire', 'driver'] as const;
const ROWS = 25;
const NAMES = ['C0', 'C1', 'C2'];
const shape = (fields: Partial<Parameters<typeof sampleSpec>[0]> = {}) =>
  sampleSpec({
    stop: { type: 'operations', count: ROWS },
    rate: { model: 'closed', threads: 4 },
    columns: { count: NAMES.length, size: { type: 'fixed', value: 34 } },
    warmup: false,
    ...fields,
  });
/** Reads every row once, in the order of the keys. */
const reading = (fields: Partial<Parameters<typeof sampleSpec>[0]> = {}) =>
  shape({ operation: 'read', population: { type: 'sequence', from: 1, to: ROWS }, ...fields });

const generator = new RowGenerator({ keySizeBytes: 10, columnNames: NAMES, columnSize: { type: 'fixed', value: 34 } });
const keyOf = (seed: number): Buffer => {
  generator.setSeed(seed);
  return Buffer.from(generator.key);
};

let targets: SimulatedTarget[] = [];
const start = async (): Promise<SimulatedTarget> => {
  const target = await SimulatedTarget.start();
  targets.push(target);
  return target;
};
const written = async (spec: StoredStressSpec): Promise<SimulatedTarget> => {
  const target = await start();
  await target.prepare(spec);
  expect(await target.carryOut(spec)).toMatchObject({ completed: ROWS, failure: undefined });
  return target;
};
beforeEach(() => {
  targets = [];
});
afterEach(async () => {
  await Promise.all(targets.map((target) => target.close()));
});

/** Everything that is stored, as hex, by key. */
async function stored(target: SimulatedTarget): Promise<Map<string, string[]>> {
  const keys = await target.query('SELECT key FROM keyspace1.standard1');
  const hex = keys.map((row) => (Buffer.isBuffer(row['key']) ? row['key'].toString('hex') : 'no key')).sort();
  return new Map(
    hex.map((key) => [
      key,
      NAMES.map((name) => target.cell(Buffer.from(key, 'hex'), name).get()?.toString('hex') ?? ''),
    ]),
  );
}

describe('the two engines', () => {
  it.each([
    ['the defaults', shape()],
    [
      'long keys and values of odd sizes',
      shape({ keySizeBytes: 33, columns: { count: 3, size: { type: 'fixed', value: 301 } } }),
    ],
    ['empty values', shape({ columns: { count: 3, size: { type: 'fixed', value: 0 } } })],
  ])('store equal rows: %s', async (_, spec) => {
    const [wire, driver] = [
      await stored(await written({ ...spec, engine: 'wire' })),
      await stored(await written({ ...spec, engine: 'driver' })),
    ];
    expect(wire.size).toBe(ROWS);
    expect(wire).toEqual(driver);
  });

  it.each(ENGINES)('%s writes what the generator makes of each key, once', async (engine) => {
    const target = await written(shape({ engine }));
    for (let seed = 1; seed <= ROWS; seed++) {
      const key = keyOf(seed);
      for (const [column, name] of NAMES.entries()) {
        expect(target.cell(key, name).get()?.toString('hex')).toBe(generator.expected(column).toString('hex'));
      }
    }
    expect(target.simulator.stats.requests['EXECUTE']).toBe(ROWS);
  });

  it.each(ENGINES.flatMap((writer) => ENGINES.map((reader) => [reader, writer] as const)))(
    '%s reads and accepts what %s wrote',
    async (reader, writer) => {
      const target = await written(shape({ engine: writer }));
      const spec = reading({ engine: reader });
      await target.prepare(spec);
      expect(await target.carryOut(spec)).toEqual({
        completed: ROWS,
        mismatches: 0,
        stopped: false,
        failure: undefined,
      });
      const rows = target.told.intervals.reduce((sum, { operations }) => sum + (operations['READ']?.rows ?? 0), 0);
      expect(rows).toBe(ROWS);
    },
  );

  it.each(ENGINES)('%s finds a changed value, a null cell and a missing row, and goes on', async (engine) => {
    const target = await written(shape());
    target.cell(keyOf(3), 'C1').set(Buffer.from('wrong'));
    target.cell(keyOf(7), 'C2').set(null);
    await target.query(`DELETE FROM keyspace1.standard1 WHERE key = 0x${keyOf(9).toString('hex')}`);
    const errors = { retries: 0, ignore: true, skipReadValidation: false };
    const result = await target.carryOut(reading({ engine, errors }));
    expect(result).toMatchObject({ completed: ROWS, mismatches: 3, failure: undefined });
    const expected = (seed: number, column: number) => {
      generator.setSeed(seed);
      return generator.expected(column).toString('hex');
    };
    const byKey = new Map(target.told.mismatches.map((mismatch) => [mismatch.key, mismatch]));
    const of = (seed: number) => byKey.get(keyOf(seed).toString('hex'));
    expect(of(3)).toMatchObject({
      column: 'C1',
      expected: expected(3, 1),
      found: Buffer.from('wrong').toString('hex'),
    });
    expect(of(7)).toMatchObject({ column: 'C2', expected: expected(7, 2), found: null });
    expect(of(9)).toMatchObject({ column: '*', expected: 'a row', found: null });
    const skipping = reading({ engine, errors: { ...errors, skipReadValidation: true } });
    expect(await target.carryOut(skipping)).toMatchObject({ completed: ROWS, mismatches: 0 });
  });

  it.each(ENGINES)('%s fails the run at the first mismatch unless errors are ignored', async (engine) => {
    const target = await written(shape());
    target.cell(keyOf(3), 'C1').set(Buffer.from('wrong'));
    const result = await target.carryOut(reading({ engine, errors: { retries: 1 } }));
    expect(result).toMatchObject({ stopped: true, mismatches: 1, failure: { code: 'VALIDATION_MISMATCH' } });
    expect(result.failure?.message).toMatch(/after 1 retries: .*column C1.*use -errors ignore/);
  });
});

describe('an answer that asks for less load', () => {
  const asking = async (engine: (typeof ENGINES)[number], errors: { retries: number; retryOverloaded?: boolean }) => {
    const spec = shape({ engine, errors: { ...errors, ignore: true } });
    const target = await start();
    await target.prepare(spec);
    const before = target.simulator.stats.requests['EXECUTE'] ?? 0;
    target.simulator.apply({ faults: [{ kind: 'error', code: 'OVERLOADED', where: { opcodes: ['EXECUTE'] } }] });
    await target.carryOut(spec);
    const overloaded = target.told.intervals.reduce(
      (sum, { operations }) => sum + (operations['WRITE']?.errors['overloaded'] ?? 0),
      0,
    );
    return { overloaded, sent: (target.simulator.stats.requests['EXECUTE'] ?? 0) - before };
  };

  it.each(ENGINES)('is counted and not retried by %s, unless that is asked for', async (engine) => {
    expect(await asking(engine, { retries: 3 })).toEqual({ overloaded: ROWS, sent: ROWS });
    expect(await asking(engine, { retries: 3, retryOverloaded: true })).toEqual({ overloaded: ROWS, sent: 4 * ROWS });
  });
});

describe('more operations at once than a connection takes', () => {
  it('are refused with what helps, and the others go on', async () => {
    const connection = { connectionsPerNode: 1, inFlightPerConnection: 2 };
    const target = await start();
    const some = { rate: { model: 'closed', threads: 3 } as const, connection };
    const spec = shape({ ...some, errors: { retries: 0, ignore: true } });
    await target.prepare(spec);
    target.simulator.apply({ faults: [{ kind: 'latency', distribution: { type: 'fixed', ms: 5 } }] });
    expect(await target.carryOut(spec)).toMatchObject({ completed: ROWS, failure: undefined });
    const refused = target.told.intervals.reduce(
      (sum, { operations }) => sum + (operations['WRITE']?.errors['other'] ?? 0),
      0,
    );
    expect(refused).toBeGreaterThan(0);
    expect(target.simulator.stats.requests['EXECUTE']).toBe(ROWS - refused);
    const strict = await target.carryOut(shape({ ...some, errors: { retries: 0 } }));
    expect(strict.failure?.message).toMatch(
      /as many requests in flight as it may: raise connection.connectionsPerNode/,
    );
  });
});

describe('warming up', () => {
  it.each(ENGINES)('does a quarter of the operations with %s and is in no figure', async (engine) => {
    const target = await start();
    const spec = shape({ engine, warmup: true, stop: { type: 'operations', count: 40 } });
    await target.prepare(spec);
    expect(await target.carryOut(spec)).toMatchObject({ completed: 40 });
    const { intervals } = target.told;
    expect(intervals.reduce((sum, { operations }) => sum + (operations['WRITE']?.completed ?? 0), 0)).toBe(40);
    expect(target.simulator.stats.requests['EXECUTE']).toBe(40 + 10);
    expect((await stored(target)).size).toBe(40);
  });
});
