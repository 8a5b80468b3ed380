import type { Mutation } from '#libs/cql-sim/storage/mutation.js';
import type { Clock } from '#libs/load/clock.js';
import { seededRandom } from '#libs/load/random.js';
import type { CdcPipeline } from '#libs/workloads/cdc/cdc.schema.js';
import { DelayLine } from './delay-line.js';
import type { RelayFigures } from './message.js';

const TICK_MS = 2;
const BATCH = 500;
const RETRY_MS = 100;

export interface RelayParts {
  pipeline: Extract<CdcPipeline, { type: 'embedded' }>;
  seed: number;
  clock: Pick<Clock, 'epochMs' | 'sleep'>;
  apply: (mutations: readonly Mutation[]) => Promise<void>;
  log: (message: string) => void;
}

/** Carries the simulator's changes to PostgreSQL, late and faulty as its script says. */
export class Relay {
  private applied = 0;
  private readonly line: DelayLine<Mutation>;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RelayParts) {
    const { pipeline, seed, clock } = parts;
    this.line = new DelayLine(pipeline, seededRandom(seed * 7_919 + 11), clock.epochMs());
  }

  /** A change was committed at the source. */
  committed(mutation: Mutation): void {
    this.line.add(mutation, this.parts.clock.epochMs());
  }

  start(): void {
    this.running = this.work();
  }

  figures(): RelayFigures {
    return { applied: this.applied, ...this.line.figures };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async work(): Promise<void> {
    const { clock, apply, log } = this.parts;
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const batch = this.line.take(clock.epochMs(), BATCH);
      // What could not be applied is tried again until it is: this pipeline loses what its script says and no more.
      while (batch.length > 0 && !signal.aborted) {
        try {
          await apply(batch);
          this.applied += batch.length;
          break;
        } catch (error) {
          if (failures++ === 0)
            log(`the relay could not write: ${error instanceof Error ? error.message : String(error)}`);
          await clock.sleep(RETRY_MS, signal);
        }
      }
      if (batch.length < BATCH) await clock.sleep(TICK_MS, signal);
    }
  }
}
