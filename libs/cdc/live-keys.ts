/**
 * The rows of one lane that updates and deletes may be drawn from: those that are there and have no operation in flight,
 * so that each key has one writer at a time. Drawing and giving back cost no allocation but the array's own growth.
 */
export class LiveKeys {
  count = 0;
  private keys: Float64Array;

  constructor(
    private readonly most: number,
    private readonly random: () => number,
  ) {
    this.keys = new Float64Array(Math.min(most, 1_024));
  }

  /** One of them, at random, which is no longer among them; -1 when there is none. */
  take(): number {
    if (this.count === 0) return -1;
    const at = Math.floor(this.random() * this.count);
    const key = this.keys[at] ?? -1;
    this.keys[at] = this.keys[--this.count] ?? 0;
    return key;
  }

  /** A row that is there and idle. Beyond the bound it is left as it is for good: answers false. */
  give(key: number): boolean {
    if (this.count >= this.most) return false;
    if (this.count === this.keys.length) {
      const larger = new Float64Array(Math.min(this.most, 2 * this.keys.length));
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys[this.count++] = key;
    return true;
  }
}
