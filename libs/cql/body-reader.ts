/** A body that ends before what it announces, or announces what cannot be. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

/** Reads one response body, off the hot path. Every length is checked against the end: nothing a peer sends is trusted. */
export class BodyReader {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  private take(bytes: number): number {
    const start = this.at;
    if (bytes < 0 || start + bytes > this.end) {
      throw new MalformedFrame(`expected ${bytes} bytes at ${start}, found the end of the body at ${this.end}`);
    }
    this.at = start + bytes;
    return start;
  }

  get position(): number {
    return this.at;
  }
  get left(): number {
    return this.end - this.at;
  }
  byte(): number {
    return this.buffer.readUInt8(this.take(1));
  }
  short(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }
  int(): number {
    return this.buffer.readInt32BE(this.take(4));
  }
  string(): string {
    const length = this.short();
    const start = this.take(length);
    return this.buffer.toString('utf8', start, start + length);
  }
  /** A copy; the buffer is reused by the next read. */
  shortBytes(): Buffer {
    const length = this.short();
    const start = this.take(length);
    return Buffer.from(this.buffer.subarray(start, start + length));
  }
  /** A copy, or null. */
  bytes(): Buffer | null {
    const length = this.int();
    if (length < 0) return null;
    const start = this.take(length);
    return Buffer.from(this.buffer.subarray(start, start + length));
  }
  skip(bytes: number): void {
    this.take(bytes);
  }
  /** `count` things of at least `bytesEach`; a count that the body cannot hold is refused before room is made for it. */
  list<T>(count: number, bytesEach: number, read: () => T): T[] {
    if (count < 0 || count * bytesEach > this.left)
      throw new MalformedFrame(`expected ${count} entries at ${this.at}, found ${this.left} bytes`);
    return Array.from({ length: count }, read);
  }
  stringList(): string[] {
    return this.list(this.short(), 2, () => this.string());
  }
  stringMultimap(): Record<string, string[]> {
    const map: Record<string, string[]> = {};
    for (let left = this.short(); left > 0; left--) {
      const name = this.string();
      map[name] = this.stringList();
    }
    return map;
  }
  inet(): string {
    const size = this.byte();
    const start = this.take(size);
    this.int();
    return inetText(this.buffer.subarray(start, start + size));
  }
}

/** An address of 4 or 16 bytes as text. */
export function inetText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, word) =>
    (((bytes[word * 2] ?? 0) << 8) | (bytes[word * 2 + 1] ?? 0)).toString(16),
  );
  return words.join(':');
}
