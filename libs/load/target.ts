/**
 * What a lane fires at; owned by the loop. Slots 0..maxInFlight-1 stand for operations in flight, so that no object is
 * made per operation. An operation that fails is an outcome, never a throw.
 */
export interface Target {
  /**
   * Starts the operation in `slot`; sooner or later `complete(slot, …)` of the completion port is called, never from
   * inside `fire`. `seed` is the work item (a whole number below 2^53). Bytes may stay buffered until `flush`.
   */
  fire(slot: number, operation: number, seed: number): void;
  /** Starts the operation in `slot` once more after it failed: the same request, whatever was drawn for it. */
  retry(slot: number, operation: number, seed: number): void;
  /** Hands what is buffered to the sockets; called once per turn of the loop. */
  flush(): void;
}

/** Where a target reports; the loop implements it. `outcome` is an index into OUTCOMES (0 is ok). */
export interface Completion {
  /** `rows` and `partitions` are those of the answer or the request; one partition when it is not said. */
  complete(slot: number, outcome: number, rows: number, partitions?: number): void;
}

/** Which operation comes next and with which seed; pure and allocation-free. Read after `next()` returned true. */
export interface Source {
  /** False when the source is exhausted (it never is for runs that end by time), or has nothing just now. */
  next(): boolean;
  /** True when there will be more once something in flight has ended. Absent: never. */
  readonly isWaiting?: boolean;
  operation: number;
  seed: number;
}
