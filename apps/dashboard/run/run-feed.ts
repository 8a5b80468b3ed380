import { hasEnded } from '../badges.js';
import { nowMs } from '../clock.js';
import { ApiProblem, type Connection, type Run, type Schemas } from '../connection.js';
import { poll } from '../polling.js';
import type { Interval, IntervalSeries } from './interval-series.js';
import { positionBefore, runEvents } from './run-events.js';
import { factorFor, intervalMsOf, loadHistory, MOST_POINTS } from './run-history.js';

const REFRESH_MS = 3000;
const LOG_PAGE = 1000;

/** Who is told what of a run. */
export interface RunView {
  run: (run: Run) => void;
  intervals: () => void;
  log: (lines: readonly Schemas['LogLine'][]) => void;
  /** At the end, and then and again while the run is on. */
  extras: (run: Run) => Promise<void>;
  connected: (connected: boolean) => void;
  trouble: (error: unknown) => void;
}

export interface FeedParts {
  connection: Connection;
  runId: string;
  series: IntervalSeries;
  view: RunView;
  signal: AbortSignal;
}

/** Brings a run to the page: what has been, and while it is on, what comes. */
export class RunFeed {
  private run: Run | undefined;
  private readonly ended = new AbortController();

  constructor(private readonly parts: FeedParts) {
    parts.signal.addEventListener('abort', () => this.ended.abort());
  }

  async start(): Promise<void> {
    await this.guarded(async () => {
      const run = await this.refresh();
      const from = await this.loadHistory(run);
      if (hasEnded(run)) return await this.finish(run);
      void poll(() => this.guarded(() => this.look()), REFRESH_MS, this.ended.signal);
      await this.follow(from);
      await this.finish(await this.refresh());
    });
    this.ended.abort();
  }

  /** Asks for the run again at once, as after a call that changed it. */
  async refresh(): Promise<Run> {
    const { connection, runId, view, signal } = this.parts;
    const run = await connection.ask(
      connection.client.GET('/v1/runs/{id}', { params: { path: { id: runId } }, signal }),
    );
    this.run = run;
    view.run(run);
    return run;
  }

  private async look(): Promise<void> {
    await this.parts.view.extras(await this.refresh());
  }

  /** Answers the run's own interval from which events are needed. */
  private async loadHistory(run: Run): Promise<number> {
    const { connection, series, view, signal } = this.parts;
    const intervalMs = intervalMsOf(run);
    if (intervalMs === null || run.startedAtMs === null) return 0;
    const factor = factorFor((run.endedAtMs ?? nowMs()) - run.startedAtMs, intervalMs);
    // A run that has just begun comes whole by its events.
    if (!hasEnded(run) && factor === 1) return 0;
    const rows = await loadHistory(connection, run, factor, signal);
    const lastIndex = Math.max(0, ...rows.map(({ interval }) => interval));
    // The last one of a run that is on is not whole yet: its parts come as events.
    const whole = hasEnded(run) ? rows : rows.filter(({ interval }) => interval < lastIndex);
    series.replaceUpTo(whole);
    view.intervals();
    return lastIndex * factor;
  }

  private async follow(fromInterval: number): Promise<void> {
    const { connection, runId, series, view, signal } = this.parts;
    const after = positionBefore(fromInterval);
    for await (const event of runEvents({ connection, runId, after, signal, onConnected: view.connected })) {
      if (event.type === 'log') view.log([event.data]);
      else if (event.type === 'interval') await this.addInterval(event.data, series);
      else if (event.data.to !== this.run?.status) await this.refresh();
    }
    view.connected(true);
  }

  private async addInterval(row: Interval, series: IntervalSeries): Promise<void> {
    series.add([row]);
    this.parts.view.intervals();
    if (this.run !== undefined && series.length > 2 * MOST_POINTS) await this.loadHistory(this.run);
  }

  private async finish(run: Run): Promise<void> {
    const { connection, runId, view, signal } = this.parts;
    if (signal.aborted) return;
    await this.loadHistory(run);
    const { items } = await connection.ask(
      connection.client.GET('/v1/runs/{id}/log', {
        params: { path: { id: runId }, query: { limit: LOG_PAGE } },
        signal,
      }),
    );
    view.log(items);
    await view.extras(run);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.parts.signal.aborted) return;
      if (error instanceof ApiProblem) this.parts.view.trouble(error);
      else throw error;
    }
  }
}
