import type { Clock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { SampleTable } from './sample-table.js';
import { type SampleSource, type ServerPlace, type ServerSample, takeSample } from './server-sample.js';

const TIMEOUT_MS = 3_000;
/** Samples of a server are handed on together. */
const FLUSH_SAMPLES = 10;

export interface ServerMetricsParts {
  places: readonly ServerPlace[];
  source: SampleSource;
  intervalMs: number;
  clock: Pick<Clock, 'epochMs' | 'nowNs' | 'sleep'>;
  events: DriverEvents;
  /** Asks one server; by `source` when absent. */
  ask?: (place: ServerPlace) => Promise<ServerSample>;
}

interface Watched {
  place: ServerPlace;
  table: SampleTable;
  pending: Map<string, string>;
  count: number;
  /** Undefined before the first answer. */
  answers: boolean | undefined;
}

/** Asks every server for its own figures while a run is on, each at its own pace. */
export class ServerMetrics {
  samples = 0;
  failedSamples = 0;
  leaderChanges = 0;
  private leader: string | undefined;
  private readonly stopped = new AbortController();
  private readonly working: Promise<unknown>;

  constructor(private readonly parts: ServerMetricsParts) {
    this.working = Promise.all(parts.places.map((place) => this.watch(place)));
  }

  /** Asks no more; all that was answered has been handed on. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.working;
  }

  private async watch(place: ServerPlace): Promise<void> {
    const { clock, intervalMs } = this.parts;
    const watched: Watched = {
      place,
      table: new SampleTable(place.name),
      pending: new Map(),
      count: 0,
      answers: undefined,
    };
    const { signal } = this.stopped;
    const beganNs = clock.nowNs();
    for (let turn = 0; !signal.aborted; turn++) {
      await this.sample(watched);
      // Turns that took too long are left out; the others stay where they were.
      const elapsedMs = (clock.nowNs() - beganNs) / 1e6;
      turn = Math.max(turn, Math.floor(elapsedMs / intervalMs));
      const waitMs = (turn + 1) * intervalMs - elapsedMs;
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    }
    this.flush(watched);
  }

  private async sample(watched: Watched): Promise<void> {
    const { source, clock, ask = (place) => takeSample(source, place, TIMEOUT_MS) } = this.parts;
    try {
      const sample = await ask(watched.place);
      const atMs = clock.epochMs();
      this.samples++;
      this.answered(watched, true, atMs);
      this.look(watched.place.name, sample, atMs);
      const { name, text } = watched.table.add(atMs, sample);
      watched.pending.set(name, (watched.pending.get(name) ?? '') + text);
      if (++watched.count % FLUSH_SAMPLES === 0) this.flush(watched);
    } catch (error) {
      if (this.stopped.signal.aborted) return;
      this.failedSamples++;
      this.answered(watched, false, clock.epochMs(), error instanceof Error ? error.message : String(error));
    }
  }

  private answered(watched: Watched, answers: boolean, atMs: number, why = ''): void {
    const { events } = this.parts;
    const { name } = watched.place;
    const before = watched.answers;
    watched.answers = answers;
    if (before === answers) return;
    if (!answers) events.log('warn', `server ${name} gives no figures: ${why}`);
    if (before === undefined) return;
    events.annotate?.(atMs, answers ? `server ${name} answers again` : `server ${name} does not answer`);
  }

  private look(server: string, sample: ServerSample, atMs: number): void {
    const state = sample.get('server_state');
    if (state !== 'leader' || this.leader === server) return;
    if (this.leader !== undefined) {
      this.leaderChanges++;
      this.parts.events.annotate?.(atMs, `leader: ${this.leader} -> ${server}`);
      this.parts.events.log('info', `the leader is ${server}; it was ${this.leader}`);
    }
    this.leader = server;
  }

  private flush({ pending }: Watched): void {
    for (const [name, text] of pending) this.parts.events.artifact?.(name, 'text/csv', text);
    pending.clear();
  }
}
