import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { SelfWatch } from '#libs/contract/interval.js';

const NS_PER_MS = 1e6;
/** Resolution of the event-loop delay's timer, milliseconds: its own grain is not a delay. */
const GRAIN_MS = 10;

/** What a load thread sees of itself; `take` answers what happened since it was last called. */
export class SelfObserver {
  private readonly delay = monitorEventLoopDelay({ resolution: GRAIN_MS });
  private readonly collections: PerformanceObserver;
  private gcPauseMs = 0;
  private cpuUs = cpuUsNow();

  constructor() {
    this.delay.enable();
    this.collections = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.gcPauseMs += entry.duration;
    });
    this.collections.observe({ entryTypes: ['gc'] });
  }

  take(): Pick<SelfWatch, 'cpuUs' | 'eventLoopDelayMaxMs' | 'gcPauseMs' | 'rssBytes'> {
    const cpuUs = cpuUsNow();
    const taken = {
      cpuUs: cpuUs - this.cpuUs,
      eventLoopDelayMaxMs: this.delay.max > 0 ? Math.max(0, this.delay.max / NS_PER_MS - GRAIN_MS) : 0,
      gcPauseMs: this.gcPauseMs,
      rssBytes: process.memoryUsage.rss(),
    };
    this.cpuUs = cpuUs;
    this.gcPauseMs = 0;
    this.delay.reset();
    return taken;
  }

  close(): void {
    this.delay.disable();
    this.collections.disconnect();
  }
}

function cpuUsNow(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
