/** Values of one label at most; operations and error classes come from outside and could be any number. */
const MOST = 32;

/** Lets the first values of a label through and calls the rest `other`, so that the number of series is bounded. */
export class BoundedLabels {
  private readonly known = new Set<string>();

  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size >= MOST) return 'other';
    this.known.add(value);
    return value;
  }
}
