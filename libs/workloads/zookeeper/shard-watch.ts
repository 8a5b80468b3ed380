import type { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { ExtendedStats } from './extended-stats.js';
import { ServerMetrics } from './server-metrics.js';
import { serverPlaces } from './server-sample.js';
import type { Outage, ZookeeperSpec } from './zookeeper.schema.js';

/** What one executor keeps beside the intervals: extended statistics and, in the first, the servers' own figures. */
export class ShardWatch {
  /** To be told what the lanes tell. */
  readonly events: DriverEvents;
  private metrics: ServerMetrics | undefined;

  private constructor(
    private readonly spec: ZookeeperSpec,
    private readonly target: Target,
    private readonly shardIndex: number,
    private readonly outer: DriverEvents,
  ) {
    const stats = spec.stats && new ExtendedStats(`shard-${shardIndex}`, spec.clients);
    this.events = {
      log: (level, message) => outer.log(level, message),
      mismatch: (mismatch) => outer.mismatch(mismatch),
      started: (atMs) => outer.started(atMs),
      interval: (snapshot) => {
        outer.interval(snapshot);
        const kept = stats?.add(snapshot);
        if (kept && spec.stats?.series) outer.artifact?.(`stats-${shardIndex}.csv`, 'text/csv', kept.series);
        if (kept && spec.stats?.distributions)
          outer.artifact?.(`distributions-${shardIndex}.jsonl`, 'application/jsonl', kept.distributions);
      },
    };
  }

  static async of(spec: ZookeeperSpec, target: Target, shardIndex: number, events: DriverEvents): Promise<ShardWatch> {
    if (spec.stats) await loadHistograms();
    return new ShardWatch(spec, target, shardIndex, events);
  }

  begin(): void {
    const { metrics } = this.spec;
    if (metrics === undefined || this.shardIndex > 0) return;
    const { intervalMs, source, adminPort, adminPorts = [adminPort] } = metrics;
    const places = serverPlaces(this.target.contactPoints, adminPorts);
    this.metrics = new ServerMetrics({ places, source, intervalMs, clock: systemClock, events: this.outer });
  }

  /** The result of the lanes with what was seen of the servers; outages become annotations. */
  async end(result: ShardResult): Promise<ShardResult> {
    const { metrics } = this;
    await metrics?.stop();
    const { report } = result;
    if (report?.kind !== 'zookeeper') return result;
    for (const outage of report.outages) this.outer.annotate?.(outage.startMs, outageText(outage));
    if (metrics === undefined) return result;
    const { samples, failedSamples, leaderChanges } = metrics;
    return { ...result, report: { ...report, samples, failedSamples, leaderChanges } };
  }
}

const outageText = ({ sessions, recoveredMs }: Outage): string =>
  `${sessions} sessions lost their connection, ${recoveredMs === null ? 'not recovered' : `recovered after ${recoveredMs.toFixed(0)} ms`}`;
