import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import { GcWatch } from './gc-watch.js';

/** Intervals in order, each of which waits until the metrics pages were read once after its end. */
class GcIntervals {
  private readonly waiting: IntervalSnapshot[] = [];
  private working: Promise<void> | undefined;

  constructor(
    private readonly watch: GcWatch,
    private readonly emit: DriverEvents['interval'],
    /** Once it is aborted nobody waits for a page any more. */
    private readonly signal: AbortSignal,
  ) {}

  add(snapshot: IntervalSnapshot): void {
    this.waiting.push(snapshot);
    this.working ??= this.work().finally(() => (this.working = undefined));
  }

  async drained(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const serverGc = this.signal.aborted ? undefined : await this.watch.collect(this.signal);
      const due = this.waiting.splice(0);
      const last = due.at(-1);
      // Pages slower than the intervals: what they tell is of all of these together.
      if (last !== undefined && serverGc !== undefined) last.self = { ...last.self, serverGc };
      due.forEach((snapshot) => this.emit(snapshot));
    }
  }
}

/** Opens a shard whose intervals carry the garbage collection of the nodes at `urls`. */
export async function openWithServerGc(
  urls: readonly string[],
  events: DriverEvents,
  signal: AbortSignal,
  open: (watched: DriverEvents) => Promise<OpenShard>,
): Promise<OpenShard> {
  const watch = new GcWatch(urls, (level, message) => events.log(level, message));
  const stopped = new AbortController();
  const emit: DriverEvents['interval'] = (snapshot) => events.interval(snapshot);
  const intervals = new GcIntervals(watch, emit, AbortSignal.any([signal, stopped.signal]));
  const shard = await open({
    log: (level, message) => events.log(level, message),
    mismatch: (mismatch) => events.mismatch(mismatch),
    started: (atMs) => events.started(atMs),
    interval: (snapshot) => intervals.add(snapshot),
  });
  // What happened before the run is not the run's.
  await watch.collect(signal);
  return {
    run: async (startAtMs, stop) => {
      const halt = () => stopped.abort();
      stop.addEventListener('abort', halt, { once: true });
      if (stop.aborted) halt();
      try {
        return await shard.run(startAtMs, stop);
      } finally {
        await intervals.drained();
        stop.removeEventListener('abort', halt);
      }
    },
    close: () => shard.close(),
  };
}
