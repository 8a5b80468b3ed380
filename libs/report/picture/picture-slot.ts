import { percentileMsOf } from '#libs/stats/figures.js';
import type { LatencyCounts } from '#libs/stats/latency-counts.js';
import { countsOf, countsWithTotal, type OperationCounts } from '#libs/stats/operation-counts.js';
import type { StoredInterval } from '#libs/store/port.js';
import { ownInTime, ownOfExecutors, type OwnFigures } from './own-figures.js';
import type { BandFigures, ExecutorPoint, OperationPoint, PicturePoint } from './run-picture.js';

const MS_PER_S = 1000;

const bandOf = (counts: LatencyCounts): BandFigures => ({
  p50Ms: percentileMsOf(counts, 50),
  p95Ms: percentileMsOf(counts, 95),
  p99Ms: percentileMsOf(counts, 99),
  p999Ms: percentileMsOf(counts, 99.9),
  maxMs: percentileMsOf(counts, 100),
});

const NOTHING: BandFigures = { p50Ms: null, p95Ms: null, p99Ms: null, p999Ms: null, maxMs: null };

function pointOf(operation: OperationCounts, perSecond: (count: number) => number): OperationPoint {
  const { completed, failed, dropped } = operation.counters;
  const [service, response] = [operation.latency('st'), operation.latency('rt')];
  return {
    ratePerSecond: perSecond(completed - failed),
    failedPerSecond: perSecond(failed),
    droppedPerSecond: perSecond(dropped),
    serviceTime: service === undefined ? NOTHING : bandOf(service),
    responseTime: response === undefined ? null : bandOf(response),
  };
}

interface ExecutorUse {
  cpuUs: number;
  lengthMs: number;
  loopDelayMaxMs: number;
  loopUtilization: number | null;
}

const executorPoint = ({ cpuUs, lengthMs, loopDelayMaxMs, loopUtilization }: ExecutorUse): ExecutorPoint => ({
  cpuCores: lengthMs > 0 ? cpuUs / MS_PER_S / lengthMs : 0,
  loopDelayMaxMs,
  loopUtilization,
});

/** A stretch of a run: what all executors did in it, histograms merged. */
export class PictureSlot {
  readonly operations = new Map<string, OperationCounts>();
  private readonly executors = new Map<string, ExecutorUse>();
  private own: OwnFigures = {};
  private scheduleLagMaxMs = 0;
  private inFlightMax = 0;
  private queueDepth: number | null = null;
  /** Length of what reported. */
  coveredMs = 0;

  /** `slot` counts from the start; `atS` is its middle. */
  constructor(
    readonly slot: number,
    readonly atS: number,
  ) {}

  /** The same interval of every executor. */
  add(group: readonly StoredInterval[]): void {
    this.coveredMs += Math.max(0, ...group.map(({ lengthMs }) => lengthMs));
    let inFlight = 0;
    for (const { executorId, lengthMs, operations, self } of group) {
      for (const [name, operation] of Object.entries(operations)) countsOf(this.operations, name).add(operation);
      this.addUse(executorId, lengthMs, self);
      inFlight += self.inFlightMax;
      this.scheduleLagMaxMs = Math.max(this.scheduleLagMaxMs, self.scheduleLagMaxMs);
      if (self.reading) this.queueDepth = Math.max(this.queueDepth ?? 0, self.reading.queueDepth);
    }
    this.inFlightMax = Math.max(this.inFlightMax, inFlight);
    this.own = ownInTime(this.own, ownOfExecutors(group.map(({ self }) => self)));
  }

  /** A last stretch that is too short to stand for itself. */
  merge(next: PictureSlot): void {
    this.coveredMs += next.coveredMs;
    for (const [name, operation] of next.operations) countsOf(this.operations, name).merge(operation);
    this.scheduleLagMaxMs = Math.max(this.scheduleLagMaxMs, next.scheduleLagMaxMs);
    this.inFlightMax = Math.max(this.inFlightMax, next.inFlightMax);
    this.own = ownInTime(this.own, next.own);
    for (const [id, use] of next.executors) {
      const known = this.executors.get(id);
      if (known === undefined) continue;
      known.cpuUs += use.cpuUs;
      known.lengthMs += use.lengthMs;
      known.loopDelayMaxMs = Math.max(known.loopDelayMaxMs, use.loopDelayMaxMs);
    }
  }

  point(): PicturePoint {
    const perSecond = (count: number) => (this.coveredMs > 0 ? (count * MS_PER_S) / this.coveredMs : 0);
    const all = [...countsWithTotal(this.operations)];
    const errors = all.at(-1)?.[1].counters.errors ?? {};
    return {
      slot: this.slot,
      atS: this.atS,
      operations: Object.fromEntries(all.map(([name, operation]) => [name, pointOf(operation, perSecond)])),
      errorsPerSecond: Object.fromEntries(Object.entries(errors).map(([name, count]) => [name, perSecond(count)])),
      executors: Object.fromEntries([...this.executors].map(([id, use]) => [id, executorPoint(use)])),
      scheduleLagMaxMs: this.scheduleLagMaxMs,
      inFlightMax: this.inFlightMax,
      queueDepth: this.queueDepth,
      own: this.own,
      lengthS: this.coveredMs / MS_PER_S,
    };
  }

  private addUse(executorId: string, lengthMs: number, self: StoredInterval['self']): void {
    const use = this.executors.get(executorId) ?? { cpuUs: 0, lengthMs: 0, loopDelayMaxMs: 0, loopUtilization: null };
    this.executors.set(executorId, use);
    use.cpuUs += self.cpuUs;
    use.lengthMs += lengthMs;
    use.loopDelayMaxMs = Math.max(use.loopDelayMaxMs, self.eventLoopDelayMaxMs);
    if (self.loopUtilization !== undefined)
      use.loopUtilization = Math.max(use.loopUtilization ?? 0, self.loopUtilization);
  }
}
