import { describe, expect, it } from 'vitest';
import type { LogLine } from '#libs/contract/event.js';
import { VirtualClock } from '#libs/load/virtual-clock.js';
import { RunLog } from './run-log.js';

type Entry = Omit<LogLine, 'id'>;

/** A database that is away, and hangs for a while before it says so. */
class Database {
  readonly lines: Entry[] = [];
  /** Of one call at most. */
  most = 0;
  isAway = true;
  constructor(private readonly clock: VirtualClock) {}

  async add(lines: readonly Entry[]): Promise<void> {
    this.most = Math.max(this.most, lines.length);
    if (!this.isAway) return void this.lines.push(...lines);
    await this.clock.sleep(30_000);
    throw new Error('no answer');
  }
}

describe('the log of a run', () => {
  it('keeps a thousand lines at most however long the database is away, and says how many are missing', async () => {
    const clock = new VirtualClock();
    const database = new Database(clock);
    const log = new RunLog({
      runId: 'r',
      executorId: 'e',
      clock,
      add: (lines) => database.add(lines),
      output: () => undefined,
    });
    const pass = async (seconds: number, write: (second: number) => void) => {
      for (let second = 0; second < seconds; second++) {
        write(second);
        clock.advance(clock.nowNs() + 1e9);
        for (let turn = 0; turn < 6; turn++) await Promise.resolve();
      }
    };
    await pass(600, (second) => {
      for (let line = 0; line < 20; line++) log.write('info', `${second}.${line}`);
    });
    // And the line that says how many are missing.
    expect(database.most).toBe(1_001);
    database.isAway = false;
    await pass(120, () => undefined);
    expect(database.lines.slice(0, 2).map(({ message }) => message)).toEqual(['0.0', '0.1']);
    expect(database.lines).toHaveLength(1_001);
    expect(database.lines.at(-1)?.message).toBe(
      '11000 more lines were not kept: the database did not take them in time',
    );
    log.write('info', 'and on');
    await pass(5, () => undefined);
    expect(database.lines.at(-1)?.message).toBe('and on');
  });
});
