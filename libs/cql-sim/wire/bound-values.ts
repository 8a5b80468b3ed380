import { invalid, protocolError } from '../cql-error.js';
import type { RequestReader } from './request-reader.js';

const NULL = -1;
const UNSET = -2;

/**
 * The values of one request, left where they came: only their offsets are noted. The buffer is the socket's own chunk,
 * so a value must be taken out (`at`) before the request ends.
 */
export class BoundValues {
  private buffer: Buffer = Buffer.alloc(0);
  private starts = new Int32Array(32);
  private lengths = new Int32Array(32);
  private names: string[] = [];
  count = 0;

  clear(): void {
    this.count = 0;
    this.names.length = 0;
  }

  /** `n` (short), then n values; with `named`, each after its name. */
  read(reader: RequestReader, named: boolean): void {
    this.clear();
    const count = reader.uint16();
    if (count > this.starts.length) {
      this.starts = new Int32Array(count);
      this.lengths = new Int32Array(count);
    }
    this.buffer = reader.buffer;
    for (let i = 0; i < count; i++) {
      if (named) this.names.push(reader.string());
      const length = reader.int32();
      if (length < UNSET) throw protocolError(`Invalid value length ${length}`);
      this.lengths[i] = length;
      this.starts[i] = length > 0 ? reader.take(length) : reader.at;
    }
    this.count = count;
  }

  /** Puts named values into the order of the statement's markers. */
  arrange(markers: readonly { name: string }[]): void {
    if (this.names.length === 0) return;
    const order = markers.map((marker) => {
      const at = this.names.indexOf(marker.name);
      if (at < 0) throw invalid(`Missing bound value for marker :${marker.name}`);
      return at;
    });
    this.starts = Int32Array.from(order, (at) => this.starts[at] ?? 0);
    this.lengths = Int32Array.from(order, (at) => this.lengths[at] ?? NULL);
    this.count = order.length;
    this.names.length = 0;
  }

  /** The value as latin1 (one byte a character); null is null, undefined is "not set". */
  at(index: number): string | null | undefined {
    const length = this.lengths[index] ?? NULL;
    if (length < 0) return length === UNSET ? undefined : null;
    const start = this.starts[index] ?? 0;
    return this.buffer.toString('latin1', start, start + length);
  }
}
