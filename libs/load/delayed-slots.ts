/** Operations in flight that wait before their next try: one time for each slot, nothing allocated. */
export class DelayedSlots {
  /** When the first of them is to be tried again; Infinity when none waits. */
  nextNs = Infinity;
  private readonly dueNs: Float64Array;

  constructor(slots: number) {
    this.dueNs = new Float64Array(slots).fill(Infinity);
  }

  add(slot: number, dueNs: number): void {
    this.dueNs[slot] = dueNs;
    this.nextNs = Math.min(this.nextNs, dueNs);
  }

  /** Hands out what is due up to now, in the order of the slots. */
  take(nowNs: number, fire: (slot: number) => void): void {
    if (nowNs < this.nextNs) return;
    this.nextNs = Infinity;
    for (const [slot, dueNs] of this.dueNs.entries()) {
      if (dueNs > nowNs) this.nextNs = Math.min(this.nextNs, dueNs);
      else {
        this.dueNs[slot] = Infinity;
        fire(slot);
      }
    }
  }
}
