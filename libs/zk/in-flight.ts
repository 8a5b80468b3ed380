/** What an entry stands for besides a slot (0 and above). */
export const CONTROL = -1;
/** Its operation has timed out: its answer is still to come, and is dropped. */
export const LATE = -2;

/** Room for control requests besides the hot operations. */
const CONTROL_ROOM = 64;

/**
 * The requests of one connection that wait for their answers. ZooKeeper answers in the order of the requests, so this is a
 * ring, and nothing is made per operation. A timed-out one keeps its place until its late answer comes, so that an answer is
 * never taken for another's.
 */
export class InFlight {
  /** Entries that wait, late and control ones included. */
  count = 0;
  late = 0;
  private readonly size: number;
  private readonly xids: Int32Array;
  private readonly slots: Int32Array;
  /** Sweep at which each was begun. */
  private readonly begunAt: Uint32Array;
  private head = 0;
  /** How many of the entries from the head on are past their time. */
  private expired = 0;
  private xid = 0;

  /** `hot` operations at most, late ones included. */
  constructor(private readonly hot: number) {
    this.size = hot + CONTROL_ROOM;
    this.xids = new Int32Array(this.size);
    this.slots = new Int32Array(this.size);
    this.begunAt = new Uint32Array(this.size);
  }

  /** The id of a new request for `slot` (or CONTROL), or -1 when there is no room. `tick` is the present sweep. */
  begin(slot: number, tick: number): number {
    if (this.count >= (slot === CONTROL ? this.size : this.hot)) return -1;
    const at = (this.head + this.count) % this.size;
    this.xid = this.xid === 0x7fffffff ? 1 : this.xid + 1;
    this.xids[at] = this.xid;
    this.slots[at] = slot;
    this.begunAt[at] = tick;
    this.count++;
    return this.xid;
  }

  /** True while a control request finds room. */
  get hasRoom(): boolean {
    return this.count < this.size;
  }

  /** The id whose answer is next; 0 when none waits. */
  get nextXid(): number {
    return this.count === 0 ? 0 : (this.xids[this.head] ?? 0);
  }

  /** Ends the next request; answers its slot, CONTROL or LATE. */
  end(): number {
    const slot = this.slots[this.head] ?? LATE;
    this.head = this.head + 1 === this.size ? 0 : this.head + 1;
    this.count--;
    if (this.expired > 0) this.expired--;
    if (slot === LATE) this.late--;
    return slot;
  }

  /** Turns what was begun at or before sweep `tick` into late ones, and hands each on: slot or CONTROL, and its id. */
  expire(tick: number, onExpired: (slot: number, xid: number) => void): void {
    while (this.expired < this.count) {
      const at = (this.head + this.expired) % this.size;
      if ((this.begunAt[at] ?? 0) > tick) return;
      this.expired++;
      this.late++;
      const slot = this.slots[at] ?? LATE;
      this.slots[at] = LATE;
      onExpired(slot, this.xids[at] ?? 0);
    }
  }

  /** Empties the ring; hands on what nobody was told of yet. */
  clear(onLost: (slot: number, xid: number) => void): void {
    while (this.count > 0) {
      const xid = this.nextXid;
      const slot = this.end();
      if (slot !== LATE) onLost(slot, xid);
    }
  }
}
