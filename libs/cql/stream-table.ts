/** What a stream id stands for, besides a slot (0 and above). */
const FREE = -1;
const ORPHANED = -2;
const ASKED = -3;

/** Stream ids of protocol v4: 16 bits, of which the sign is the server's. */
const MAX_STREAMS = 32_768;
/** Ids for control requests, besides those of hot operations; these may take every id there is. */
const CONTROL_STREAMS = 64;

/**
 * The stream ids of one connection and which operation each stands for. An id whose operation has timed out stays reserved
 * until its late answer is there, so that an answer is never taken for another request's.
 */
export class StreamTable {
  /** Hot operations that wait for their answer. */
  inFlight = 0;
  orphans = 0;
  private readonly slots: Int32Array;
  /** Sweep number at which each was taken. */
  private readonly takenAt: Uint32Array;
  private readonly free: Uint16Array;
  private freeCount: number;
  /** How many ids there are. */
  readonly size: number;

  /** `hot` operations in flight at most, late answers included. */
  constructor(readonly hot: number) {
    const size = Math.min(hot + CONTROL_STREAMS, MAX_STREAMS);
    this.size = size;
    this.slots = new Int32Array(size).fill(FREE);
    this.takenAt = new Uint32Array(size);
    this.free = Uint16Array.from({ length: size }, (_, stream) => size - 1 - stream);
    this.freeCount = size;
  }

  /** A free id for `slot`, or -1. `tick` is the present sweep. */
  take(slot: number, tick: number): number {
    if (this.freeCount === 0 || this.inFlight + this.orphans >= this.hot) return -1;
    const stream = this.free[--this.freeCount] ?? 0;
    this.slots[stream] = slot;
    this.takenAt[stream] = tick;
    this.inFlight++;
    return stream;
  }

  /** A free id for a control request, or -1. */
  takeControl(): number {
    if (this.freeCount === 0) return -1;
    const stream = this.free[--this.freeCount] ?? 0;
    this.slots[stream] = ASKED;
    return stream;
  }

  /** Nobody waits for the answer of a control request any more. */
  giveUp(stream: number): void {
    if (this.slots[stream] !== ASKED) return;
    this.slots[stream] = ORPHANED;
    this.orphans++;
  }

  /** Ends what the id stands for and frees the id: its slot, UNKNOWN, LATE or CONTROL. */
  release(stream: number): number {
    const slot = stream < this.size ? (this.slots[stream] ?? FREE) : FREE;
    if (slot === FREE) return FREE;
    this.slots[stream] = FREE;
    this.free[this.freeCount++] = stream;
    if (slot === ORPHANED) this.orphans--;
    else if (slot !== ASKED) this.inFlight--;
    return slot;
  }

  /** Orphans every id taken at or before sweep `tick`, and hands on its slot. */
  expire(tick: number, onExpired: (slot: number) => void): void {
    if (this.inFlight === 0) return;
    for (let stream = 0; stream < this.size; stream++) {
      const slot = this.slots[stream] ?? FREE;
      if (slot < 0 || (this.takenAt[stream] ?? 0) > tick) continue;
      this.slots[stream] = ORPHANED;
      this.inFlight--;
      this.orphans++;
      onExpired(slot);
    }
  }

  /** Frees every id; hands on the slots that were in flight. */
  clear(onLost: (slot: number) => void): void {
    for (let stream = 0; stream < this.size; stream++) {
      const slot = this.release(stream);
      if (slot >= 0) onLost(slot);
    }
  }
}

/** What `release` answers for an id that is no operation's. */
export const LATE = ORPHANED;
export const UNKNOWN = FREE;
export const CONTROL = ASKED;
