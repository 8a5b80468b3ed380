import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { SelfWatch } from '#libs/contract/interval.js';
import { loopTimes, systemClock } from './clock.js';

const NS_PER_MS = 1e6;
/** Resolution of the event-loop delay's timer, milliseconds: its own grain is not a delay. */
const GRAIN_MS = 10;
/** The wall clock is read in whole milliseconds and slewed by its daemon: less than this is no jump. */
const CLOCK_GRAIN_MS = 5;

type Observed = Required<
  Pick<SelfWatch, 'cpuUs' | 'eventLoopDelayMaxMs' | 'gcPauseMs' | 'rssBytes' | 'loopUtilization' | 'clockJumpMs'>
>;

/** What a load thread sees of itself; `take` answers what happened since it was last called. */
export class SelfObserver {
  private readonly delay = monitorEventLoopDelay({ resolution: GRAIN_MS });
  private readonly collections: PerformanceObserver;
  private gcPauseMs = 0;
  private cpuUs = cpuUsNow();
  private times = loopTimes();
  private clockOffsetMs = clockOffsetMs();

  constructor() {
    this.delay.enable();
    this.collections = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.gcPauseMs += entry.duration;
    });
    this.collections.observe({ entryTypes: ['gc'] });
  }

  take(): Observed {
    const [cpuUs, times, offsetMs] = [cpuUsNow(), loopTimes(), clockOffsetMs()];
    const [activeMs, idleMs] = [times.activeMs - this.times.activeMs, times.idleMs - this.times.idleMs];
    const jumpMs = Math.abs(offsetMs - this.clockOffsetMs);
    const taken = {
      cpuUs: cpuUs - this.cpuUs,
      eventLoopDelayMaxMs: this.delay.max > 0 ? Math.max(0, this.delay.max / NS_PER_MS - GRAIN_MS) : 0,
      gcPauseMs: this.gcPauseMs,
      rssBytes: process.memoryUsage.rss(),
      loopUtilization: activeMs + idleMs > 0 ? activeMs / (activeMs + idleMs) : 0,
      clockJumpMs: jumpMs > CLOCK_GRAIN_MS ? jumpMs : 0,
    };
    this.cpuUs = cpuUs;
    this.times = times;
    this.clockOffsetMs = offsetMs;
    this.gcPauseMs = 0;
    this.delay.reset();
    return taken;
  }

  close(): void {
    this.delay.disable();
    this.collections.disconnect();
  }
}

const clockOffsetMs = (): number => systemClock.epochMs() - systemClock.nowNs() / NS_PER_MS;

function cpuUsNow(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
