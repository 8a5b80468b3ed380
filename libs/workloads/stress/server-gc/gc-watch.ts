import type { ServerGc } from '#libs/contract/interval.js';
import { callWithin } from '#libs/wire/call-within.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { emptyCounters, readGcLine, type GcCounters } from './gc-metrics.js';
import { readLines } from './metrics-page.js';

/** A page that takes longer is left out of the interval; what it counts is in the next one. */
const PAGE_WITHIN_MS = 2_000;

interface Watched {
  url: string;
  past: GcCounters | undefined;
  /** Its failure was told of. */
  isSilent: boolean;
}

/**
 * Garbage collection of the nodes between two readings of their metrics pages. A page that cannot be read counts for
 * nothing, and is told of once until it answers again.
 */
export class GcWatch {
  private readonly nodes: Watched[];

  constructor(
    urls: readonly string[],
    private readonly log: DriverEvents['log'],
  ) {
    this.nodes = urls.map((url) => ({ url, past: undefined, isSilent: false }));
  }

  /** What happened since the last call; nothing at the first. Never throws. */
  async collect(signal: AbortSignal): Promise<ServerGc> {
    const total: ServerGc = { collections: 0, maxMs: 0, sumMs: 0, sumSquaresMs: 0, bytes: 0 };
    await Promise.all(
      this.nodes.map(async (node) => {
        const now = await this.read(node, signal);
        if (now === undefined) return;
        if (node.past) addSince(total, node.past, now);
        node.past = now;
      }),
    );
    return total;
  }

  private async read(node: Watched, signal: AbortSignal): Promise<GcCounters | undefined> {
    const counters = emptyCounters();
    try {
      await callWithin(PAGE_WITHIN_MS, signal, (within) =>
        readLines(node.url, within, (line) => readGcLine(line, counters)),
      );
    } catch (error) {
      if (!signal.aborted) this.tell(node, `cannot be read (${textOf(error)})`);
      return undefined;
    }
    if (counters.collectors.size === 0) {
      this.tell(node, 'has no jvm_gc_collection_seconds');
      return undefined;
    }
    if (node.isSilent) this.log('info', `the metrics page ${node.url} is read again`);
    node.isSilent = false;
    return counters;
  }

  private tell(node: Watched, what: string): void {
    if (!node.isSilent)
      this.log('warn', `the metrics page ${node.url} ${what}: its garbage collection counts as none meanwhile`);
    node.isSilent = true;
  }
}

/** `fetch` puts why it failed into the cause. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** A counter that is lower than before began anew: all it says came since. */
const since = (past: number | undefined, now: number): number => (past === undefined || now < past ? now : now - past);

/**
 * Pages have sums, no single pauses: of several collections of one collector between two readings each counts with
 * their mean.
 */
function addSince(total: ServerGc, past: GcCounters, now: GcCounters): void {
  for (const [name, { collections, sumMs }] of now.collectors) {
    const before = past.collectors.get(name);
    const count = since(before?.collections, collections);
    if (count === 0) continue;
    const spentMs = since(before?.sumMs, sumMs);
    total.collections += count;
    total.sumMs += spentMs;
    total.maxMs = Math.max(total.maxMs, spentMs / count);
    total.sumSquaresMs += spentMs ** 2 / count;
  }
  total.bytes += since(past.bytes, now.bytes);
}
