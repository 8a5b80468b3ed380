/** Numbers of rows that were written, as many as fit; bounded, and drawn from without allocation. */
export class KeyPool {
  private readonly keys: Float64Array;
  /** Keys that were ever added. */
  private added = 0;

  /** `keep`: the latest ones, or a sample of all that were ever added (algorithm R: each is as likely as another). */
  constructor(
    capacity: number,
    private readonly keep: 'latest' | 'sample',
    private readonly random: () => number,
  ) {
    // Touched now, so that a run does not seem to grow while it fills.
    this.keys = new Float64Array(capacity).fill(-1);
  }

  get size(): number {
    return Math.min(this.added, this.keys.length);
  }

  add(key: number): void {
    const { keys } = this;
    const at = this.added++;
    if (at < keys.length) keys[at] = key;
    else if (this.keep === 'latest') keys[at % keys.length] = key;
    else this.replace(Math.floor(this.random() * (at + 1)), key);
  }

  /** Any of them; only when there is one. */
  draw(): number {
    return this.keys[Math.floor(this.random() * this.size)] ?? 0;
  }

  private replace(at: number, key: number): void {
    // Beyond the end it is not taken in; an index that the array has not would be slow.
    if (at < this.keys.length) this.keys[at] = key;
  }
}
