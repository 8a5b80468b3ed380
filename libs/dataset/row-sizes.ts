/** How large rows are, in bins from one power of two to the next. */
export class RowSizeCount {
  private readonly counts: number[] = [];
  private rows = 0;
  private totalBytes = 0;
  private minBytes = Infinity;
  private maxBytes = 0;

  add(bytes: number): void {
    const bin = bytes === 0 ? 0 : 1 + Math.floor(Math.log2(bytes));
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.rows++;
    this.totalBytes += bytes;
    this.minBytes = Math.min(this.minBytes, bytes);
    this.maxBytes = Math.max(this.maxBytes, bytes);
  }

  /** All zero when there was no row. */
  report() {
    const bins = this.counts.flatMap((rows, bin) =>
      rows > 0 ? [{ fromBytes: bin === 0 ? 0 : 2 ** (bin - 1), toBytes: bin === 0 ? 0 : 2 ** bin - 1, rows }] : [],
    );
    return {
      minBytes: this.rows === 0 ? 0 : this.minBytes,
      maxBytes: this.maxBytes,
      meanBytes: this.rows === 0 ? 0 : this.totalBytes / this.rows,
      bins,
    };
  }
}
