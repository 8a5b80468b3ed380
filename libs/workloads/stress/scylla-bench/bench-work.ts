import type { WireSession } from '#libs/cql/session.js';
import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';
import type { DoorWork } from '../door/door-target.js';
import type { BenchRequest } from './bench-request.js';

export interface BenchWorkOptions {
  session: WireSession;
  /** By operation. */
  requests: readonly BenchRequest[];
  slots: number;
  /** Nanoseconds since the start of the writing run; only readers of a timeseries look at them. */
  elapsedNs: () => number;
}

/** The requests of a lane's scylla-bench workers. */
export class BenchWork implements DoorWork {
  /** By worker of the lane; set when the run starts, since a timeseries begins there. */
  walks: readonly KeyWalk[] = [];
  /** Errors since the last success, by worker. */
  private readonly inARow: Int32Array;
  private readonly operations: Uint8Array;
  private readonly workers: Int32Array;

  constructor(private readonly options: BenchWorkOptions) {
    this.inARow = new Int32Array(options.slots);
    this.operations = new Uint8Array(options.slots);
    this.workers = new Int32Array(options.slots);
  }

  draw(slot: number, operation: number, item: number): void {
    const worker = item % this.walks.length;
    this.operations[slot] = operation;
    this.workers[slot] = worker;
    const walk = this.walks[worker];
    if (walk) this.requestOf(slot)?.draw(slot, walk, this.options.elapsedNs());
  }

  private requestOf(slot: number): BenchRequest | undefined {
    return this.options.requests[this.operations[slot] ?? 0];
  }

  begin(slot: number): number {
    return this.requestOf(slot)?.begin(slot) ?? -1;
  }

  flush(): void {
    this.options.session.flush();
  }

  onVoid(slot: number): number {
    return this.requestOf(slot)?.onVoid(slot) ?? 0;
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): number {
    return this.requestOf(slot)?.onRows(slot, buffer, start, end) ?? 0;
  }

  rowsOf(slot: number): number {
    return this.requestOf(slot)?.rowsOf(slot) ?? 0;
  }

  ended(slot: number, isOk: boolean): void {
    const worker = this.workers[slot] ?? 0;
    this.inARow[worker] = isOk ? 0 : (this.inARow[worker] ?? 0) + 1;
  }

  /** Errors in a row of the worker whose request the slot had. */
  errorsInARow(slot: number): number {
    return this.inARow[this.workers[slot] ?? 0] ?? 0;
  }
}
