import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { BatchTarget } from './batch-target.js';
import type { ReadTarget } from './read-target.js';
import type { SoakReport } from './soak.schema.js';

/** Enough to see what is wrong; their number is in the figures. */
const SHOWN_FAILURES = 10;

interface Counted {
  input: Pick<LaneInput<'soak'>, 'spec' | 'share'>;
  events: Pick<DriverEvents, 'log'>;
  batches: Pick<BatchTarget, 'sizeOf' | 'batchesWritten' | 'rowsWritten' | 'openRows' | 'giveUp'>;
  reads: Pick<ReadTarget, 'verified'>;
  batchNotes: FailureNotes;
  readNotes: FailureNotes;
}

/** Counts what becomes of a lane's batches and reads, and says of the first failures what they were. */
export class SoakTally {
  batchRetries = 0;
  private failedBatches = 0;
  private failedRows = 0;
  private failedReads = 0;
  private missing = 0;
  private different = 0;
  private told = 0;
  private written = { batches: 0, rowsWritten: 0, openBatches: 0, openRows: 0 };
  private read = { reads: 0, verifiedReads: 0 };

  constructor(private readonly parts: Counted) {}

  /** A batch has finally failed. */
  batchFailed(slot: number, outcome: number): void {
    const { batches, batchNotes } = this.parts;
    this.failedBatches++;
    this.failedRows += batches.giveUp(slot);
    this.say(`a batch of ${batches.sizeOf(slot)} rows failed: ${batchNotes.failed(slot, outcome)}`);
  }

  readFailed(slot: number, outcome: number): void {
    this.failedReads++;
    if (outcome === OUTCOME_INDEX.missing) this.missing++;
    if (outcome === OUTCOME_INDEX.validation) this.different++;
    this.say(`a read failed: ${this.parts.readNotes.failed(slot, outcome)}`);
  }

  /** What is answered from now on is in no figure: so many batches are still in flight. */
  writingIsOver(openBatches: number): void {
    const { batchesWritten: batches, rowsWritten, openRows } = this.parts.batches;
    this.written = { batches, rowsWritten, openBatches, openRows };
  }

  /** `completed`: reads that ended, failed ones included. */
  readingIsOver(completed: number): void {
    this.read = { reads: completed - this.failedReads, verifiedReads: this.parts.reads.verified };
  }

  report(): Omit<SoakReport, 'readersWaitedMs' | 'limitLowest' | 'limitDecreases'> {
    const { keyspace, table } = this.parts.input.spec;
    const { failedBatches, failedRows, batchRetries, failedReads, missing, different } = this;
    return {
      kind: 'soak',
      keyspace,
      table,
      ...this.written,
      failedBatches,
      failedRows,
      batchRetries,
      ...this.read,
      failedReads,
      missing,
      different,
    };
  }

  private say(text: string): void {
    this.told++;
    const { events, input } = this.parts;
    if (this.told > SHOWN_FAILURES + 1) return;
    const lane = `lane ${input.share.first + 1}`;
    events.log(
      'warn',
      this.told > SHOWN_FAILURES
        ? `${lane}: more operations failed; the figures have their number`
        : `${lane}: ${text}`,
    );
  }
}
