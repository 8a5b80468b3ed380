import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { csvLine } from './csv-text.js';
import { PayloadText } from './payload-text.js';
import { RowBlock } from './row-block.js';
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
 * Writes rows as CSV (RFC 4180) into a block: the key and random text, a function of specification and row number alone.
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
  private readonly textBytes: number;
  private readonly columns: number;
  private readonly isIncremental: boolean;
  private readonly words = new Int32Array(4);

  constructor({ sizes, key, payload, seed }: RowSpec) {
    const bins = sizeBins(sizes);
    const largest = Math.max(...bins.map(({ toBytes }) => toBytes));
    this.random = new RowRandom(seed);
    this.sizes = new SizeDraw(bins);
    this.text = new PayloadText(payload.compressibleShare);
    this.textBytes = largest - KEY_BYTES;
    this.columns = payload.columns.length;
    this.longestBytes = largest + this.columns + 2;
    this.isIncremental = key.type === 'incremental';
  }

  /** A block for rows of this writer that has room for one more when `bytes` of it are used. */
  block(bytes: number): RowBlock {
    return new RowBlock(bytes + this.longestBytes, this.textBytes);
  }

  /** Writes row `row` (0, 1 …) at `at`; answers where the next one begins. `longestBytes` must fit. */
  write(row: number, block: RowBlock, at: number): number {
    const { random, text, columns } = this;
    random.start(row);
    this.drawKey(row);
    const size = this.sizes.bytes(random.next());
    this.sizeBytes = size;
    const length = size - KEY_BYTES;
    text.fill(random, block.words, length);
    const { bytes: into, textAt } = block;
    let to = this.writeKey(into, at);
    let from = 0;
    for (let column = 1; column <= columns; column++) {
      const end = column === columns ? length : Math.floor((length * column) / columns);
      into[to++] = COMMA;
      into.copyWithin(to, textAt + from, textAt + end);
      to += end - from;
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
