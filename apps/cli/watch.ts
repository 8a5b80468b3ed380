import { isPassing } from '#libs/client/client.js';
import type { RunEvent } from '#libs/contract/event.js';
import type { IntervalStats } from '#libs/contract/interval.js';
import type { Run } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import { intervalHeader, intervalLine } from './text/interval-text.js';

const HEADER_EVERY_LINES = 40;
const RECONNECT_DELAY_MS = 1_000;
const LONGEST_OUTAGE_ATTEMPTS = 60;

/** What watching needs of the server; tests put a script in its place. */
export interface RunFeed {
  events(runId: string, lastEventId: string | undefined): AsyncIterable<{ id: string; event: RunEvent }>;
  run(runId: string): Promise<Run>;
  pause(durationMs: number): Promise<unknown>;
}

/** Prints a run's events: status changes, log lines and one line for each interval and operation. */
export function eventPrinter(line: (text: string) => void): (event: RunEvent, run: Run) => void {
  let firstStartMs: number | undefined;
  let printed = 0;
  const interval = (stats: IntervalStats, run: Run) => {
    // The total repeats the figures of a run that has one operation.
    const isMixed = 'operation' in run.spec && run.spec.operation === 'mixed';
    if (stats.operation === 'total' && !isMixed) return;
    firstStartMs ??= run.startedAtMs ?? stats.startMs;
    const label = run.simulated ? '  SIMULATED' : '';
    if (printed++ % HEADER_EVERY_LINES === 0) line(intervalHeader());
    line(intervalLine(stats, firstStartMs) + label);
  };
  return (event, run) => {
    if (event.type === 'interval') interval(event.data, run);
    else if (event.type === 'status') line(`${event.data.to}: ${event.data.reason}`);
    else line(event.data.level === 'info' ? event.data.message : `${event.data.level}: ${event.data.message}`);
  };
}

/**
 * Shows a run until it has ended and answers it. A lost connection is taken up again where it broke, for a minute, and so
 * is one to a server that is away or has too much to do; any other refusal is not. Throws the server's CodedError, or what
 * fetch threw last.
 */
export async function watchRun(feed: RunFeed, runId: string, line: (text: string) => void): Promise<Run> {
  const print = eventPrinter(line);
  let lastEventId: string | undefined;
  for (let outages = 0; ;) {
    try {
      let run = await feed.run(runId);
      for await (const { id, event } of feed.events(runId, lastEventId)) {
        outages = 0;
        lastEventId = id;
        // What is known of a run grows with its status: when it started, and whether the target is a simulator.
        if (event.type === 'status') run = await feed.run(runId);
        print(event, run);
      }
      run = await feed.run(runId);
      if (isEnded(run.status)) return run;
    } catch (error) {
      if (!isPassing(error) || outages++ >= LONGEST_OUTAGE_ATTEMPTS) throw error;
    }
    await feed.pause(RECONNECT_DELAY_MS);
  }
}
