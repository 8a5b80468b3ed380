import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntervalStats } from '#libs/contract/interval.js';
import { Wire } from './black-hole.js';
import { steadyWrites, World } from './harness.js';

const RATE = 200;
const TIMEOUT_MS = 700;
const WITHIN_MS = 30_000;
/** What a wire that drops everything may cost an operation that is not tried again. */
const EXPLAINED = ['clientTimeout', 'connectionLost', 'noHost', 'unavailable'];

/* Two simulated nodes behind wires of this test, each row on both; one wire drops all packets, both ways, for a while. */
describe('a wire that drops everything and closes nothing', () => {
  let world: World;
  let wires: readonly [Wire, Wire];
  let run: string;
  beforeAll(async () => {
    world = await World.create();
    const { port } = await world.simulator('--nodes', '2');
    const first = await Wire.open('127.0.0.1', port);
    wires = [first, await Wire.open('127.0.0.2', port, first.port)];
    await world.service(1);
    run = await world.create(
      `127.0.0.1:${first.port}`,
      steadyWrites(600_000, {
        rate: { model: 'open', threads: 64, ratePerSecond: RATE },
        schema: { replication: { strategy: 'SimpleStrategy', options: { replication_factor: '2' } } },
        connection: { requestTimeoutMs: TIMEOUT_MS, controlConnectionTimeoutMs: TIMEOUT_MS },
        errors: { retries: 0, ignore: true, skipReadValidation: false },
      }),
    );
    await world.reaches(run, 'running');
  });
  afterAll(async () => {
    wires.forEach((wire) => wire.close());
    await world.stop();
  });

  const logged = async (pattern: RegExp) => (await world.log(run)).find((line) => pattern.test(line));
  const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
    for (const untilMs = Date.now() + WITHIN_MS; ; await sleep(100)) {
      const found = await ask();
      if (found !== undefined) return found;
      if (Date.now() > untilMs)
        throw new Error(`not within ${WITHIN_MS} ms: ${what}; ${(await world.log(run)).join('; ')}`);
    }
  };
  /** A second from now on at the full rate and without an error. */
  const back = (fromMs: number) =>
    until<IntervalStats>('the full rate', async () =>
      (await world.intervals(run)).find(
        ({ operation, startMs, completed, failed }) =>
          operation === 'total' && startMs >= fromMs && failed === 0 && completed >= 0.9 * RATE,
      ),
    );

  it('goes through both wires', async () => {
    await back(0);
    expect(wires.map(({ opened }) => opened > 0)).toEqual([true, true]);
  });

  it('loses a second, leaves the connection, and goes on with the other node', async () => {
    const [, second] = wires;
    second.cut();
    await until('the loss', () => logged(/lost a connection to 127\.0\.0\.2.*not even a sign of life/));
    await back(Date.now());
  });

  it('comes back to the node once the wire is mended', async () => {
    const [, second] = wires;
    const { opened } = second;
    second.mend();
    await until('a new connection', () => logged(/reconnected to 127\.0\.0\.2/));
    expect(second.opened).toBeGreaterThan(opened);
    await back(Date.now());
  });

  it('has said of every operation what became of it', async () => {
    await world.cancel(run);
    await world.ended(run);
    const total = (await world.summary(run)).operations['total'];
    const classes = Object.entries(total?.errors ?? {});
    expect(classes.map(([name]) => name).filter((name) => !EXPLAINED.includes(name))).toEqual([]);
    expect(classes.map(([name]) => name)).toContain('clientTimeout');
    expect(classes.reduce((sum, [, count]) => sum + count, 0)).toBe(total?.failed);
    // Both nodes have every row: half of the requests went into the hole, for a timeout and a sign of life.
    expect(total?.failed ?? 0).toBeLessThan((RATE * 6 * TIMEOUT_MS) / 1000);
  });
});
