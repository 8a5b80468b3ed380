import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { csvLine } from './csv-text.js';
import { PayloadText } from './payload-text.js';
import { RowRandom } from './row-random.js';
import { sizeBins } from './size-bins.js';
import { SizeDraw } from './size-draw.js';

export const KEY_BYTES = 36;
const COMMA = 0x2c;
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

/** The two hexadecimal digits of every byte. */
const HEX = Uint8Array.from({ length: 512 }, (_, index) => {
  const digits = (index >>> 1).toString(16).padStart(2, '0');
  return digits.charCodeAt(index & 1);
});

export type RowSpec = Pick<GenerateSpec, 'sizes' | 'key' | 'payload' | 'seed'>;

/** The header line of every file. */
export const headerLine = ({ key, payload }: Pick<GenerateSpec, 'key' | 'payload'>): string =>
  csvLine([key.column, ...payload.columns]);

/**
 * Writes rows as CSV (RFC 4180) into a buffer: the key and random text, a function of specification and row number alone.
 * Nothing in them needs quotes. Allocation-free.
 */
export class RowWriter {
  /** The longest line that can be written, its end included. */
  readonly longestBytes: number;
  /** Size of the last row: bytes of its values, without separators. */
  sizeBytes = 0;
  private readonly random: RowRandom;
  private readonly sizes: SizeDraw;
  private readonly text: PayloadText;
  private readonly columns: number;
  private readonly isIncremental: boolean;
  private readonly words = new Int32Array(4);

  constructor({ sizes, key, payload, seed }: RowSpec) {
    const bins = sizeBins(sizes);
    const largest = Math.max(...bins.map(({ toBytes }) => toBytes));
    this.random = new RowRandom(seed);
    this.sizes = new SizeDraw(bins);
    this.text = new PayloadText(largest - KEY_BYTES, payload.compressibleShare);
    this.columns = payload.columns.length;
    this.longestBytes = largest + this.columns + 2;
    this.isIncremental = key.type === 'incremental';
  }

  /** Writes row `row` (0, 1 …) at `at`; answers where the next one begins. `longestBytes` must fit. */
  write(row: number, into: Uint8Array, at: number): number {
    const { random, text, columns } = this;
    random.start(row);
    this.drawKey(row);
    const size = this.sizes.bytes(random.next());
    this.sizeBytes = size;
    const length = size - KEY_BYTES;
    text.fill(random, length);
    let to = this.writeKey(into, at);
    let from = 0;
    for (let column = 1; column <= columns; column++) {
      const end = column === columns ? length : Math.floor((length * column) / columns);
      into[to++] = COMMA;
      // Not by `set`, which would need a view of its own for every value.
      to += text.bytes.copy(into, to, from, end);
      from = end;
    }
    into[to++] = CR;
    into[to++] = LF;
    return to;
  }

  /** The words are drawn either way, so that sizes and payloads do not depend on the kind of key. */
  private drawKey(row: number): void {
    const { words, random } = this;
    for (let index = 0; index < 4; index++) words[index] = random.next();
    if (this.isIncremental) {
      words[0] = 0;
      words[1] = 0;
      words[2] = Math.floor((row + 1) / 2 ** 32);
      words[3] = (row + 1) | 0;
    } else {
      words[1] = ((words[1] ?? 0) & 0xffff0fff) | 0x4000;
      words[2] = ((words[2] ?? 0) & 0x3fffffff) | 0x80000000;
    }
  }

  private writeKey(into: Uint8Array, at: number): number {
    let to = at;
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) into[to++] = DASH;
      const byte = ((this.words[index >>> 2] ?? 0) >>> (24 - 8 * (index & 3))) & 255;
      into[to++] = HEX[byte * 2] ?? 0;
      into[to++] = HEX[byte * 2 + 1] ?? 0;
    }
    return to;
  }
}
