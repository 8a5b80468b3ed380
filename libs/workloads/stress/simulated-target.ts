import { startSimulator, type Simulator } from '#libs/cql-sim/simulator.js';
import type { SimulatorOptions } from '#libs/cql-sim/simulator-options.js';
import { Target } from '#libs/contract/target.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Mismatch } from '#libs/contract/summary.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { NO_HOT_OPERATIONS, sessionOptions } from './session-options.js';
import { sampleSpec } from './sample-spec.js';
import { openStressLane } from './stress.lane.js';
import { stressDriver } from './stress.driver.js';
import type { StoredStressSpec } from './stress.schema.js';

/** What a run told while it worked. */
interface Told {
  logs: string[];
  intervals: IntervalSnapshot[];
  mismatches: Mismatch[];
}

/** A simulated cluster and what a test does to it: everything in this process, in one lane. For tests. */
export class SimulatedTarget {
  readonly told: Told = { logs: [], intervals: [], mismatches: [] };
  private readonly events: DriverEvents = {
    log: (_level, message) => this.told.logs.push(message),
    interval: (snapshot) => this.told.intervals.push(snapshot),
    mismatch: (mismatch) => this.told.mismatches.push(mismatch),
    started: () => undefined,
  };
  private readonly target: Target;

  private constructor(readonly simulator: Simulator) {
    this.target = Target.parse({ contactPoints: simulator.contactPoints.slice(0, 1) });
  }

  static async start(options: SimulatorOptions = {}): Promise<SimulatedTarget> {
    return new SimulatedTarget(await startSimulator(options));
  }

  /** What the leading executor does before any load. */
  prepare(spec: StoredStressSpec) {
    return stressDriver.prepare(spec, this.target, this.events, new AbortController().signal, 'test');
  }

  /** Opens one lane, carries the whole run out in it, and closes it. */
  async carryOut(spec: StoredStressSpec): Promise<ShardResult> {
    const share = { first: 0, stride: 1, threads: spec.rate.threads };
    const lane = await openStressLane({ kind: 'stress', spec, target: this.target, share }, this.events);
    try {
      return await lane.run(systemClock.epochMs(), new AbortController().signal);
    } finally {
      await lane.close();
    }
  }

  /** Answers the rows of a query. */
  async query(cql: string) {
    const session = await WireSession.connect({
      ...sessionOptions(this.target, sampleSpec(), NO_HOT_OPERATIONS, () => undefined),
      connectionsPerNode: 1,
    });
    try {
      return await session.query(cql);
    } finally {
      await session.close();
    }
  }

  cell(key: Buffer, column: string, keyspace = 'keyspace1') {
    return this.simulator.cell({ keyspace, table: 'standard1', key, column });
  }

  close(): Promise<void> {
    return this.simulator.close();
  }
}
