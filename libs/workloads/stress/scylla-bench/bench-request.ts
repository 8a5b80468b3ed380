import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';

/** One kind of request of a scylla-bench run, by slot. */
export interface BenchRequest {
  /** Takes the keys of the slot's next request from a worker's walk. */
  draw(slot: number, walk: KeyWalk, elapsedNs: number): void;
  /** Sends it; answers what the session's `begin` does. */
  begin(slot: number): number;
  onVoid(slot: number): number;
  onRows(slot: number, buffer: Buffer, start: number, end: number): number;
  rowsOf(slot: number): number;
}

/** The partition key as it is sent, for routing: a session reads it at once. */
export const PK_BYTES = 8;
