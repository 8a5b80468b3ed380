/** An answer that ends before what it announces, or announces what cannot be. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Reads one answer, off the hot path. Every length is checked against the end: nothing that a peer sends is trusted. */
export class JuteReader {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  private take(bytes: number): number {
    const start = this.at;
    if (bytes < 0 || start + bytes > this.end)
      throw new MalformedAnswer(`expected ${bytes} bytes at ${start}, found the end of the answer at ${this.end}`);
    this.at = start + bytes;
    return start;
  }

  get left(): number {
    return this.end - this.at;
  }
  bool(): boolean {
    return this.buffer[this.take(1)] !== 0;
  }
  int(): number {
    return this.buffer.readInt32BE(this.take(4));
  }
  long(): bigint {
    return this.buffer.readBigInt64BE(this.take(8));
  }
  /** A long that is a time or a small count. */
  number(): number {
    return Number(this.long());
  }
  /** ustring; null (length -1) is read as empty. */
  string(): string {
    const length = this.int();
    if (length === -1) return '';
    const start = this.take(length);
    return this.buffer.toString('utf8', start, start + length);
  }
  /** A copy, since the receive buffer is used again; null (length -1) is read as empty. */
  bytes(): Buffer {
    const length = this.int();
    if (length === -1) return Buffer.alloc(0);
    const start = this.take(length);
    return Buffer.from(this.buffer.subarray(start, start + length));
  }
  /** A vector of ustrings; a count that the answer cannot hold is refused before room is made for it. */
  strings(): string[] {
    const count = this.int();
    if (count === -1) return [];
    if (count < 0 || count * 4 > this.left)
      throw new MalformedAnswer(`expected ${count} entries at ${this.at}, found ${this.left} bytes`);
    return Array.from({ length: count }, () => this.string());
  }
}
