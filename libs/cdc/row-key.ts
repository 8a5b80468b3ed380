import { createHash } from 'node:crypto';

export const KEY_BYTES = 16;
const INDEX_AT = 10;
const INDEX_BYTES = 6;
/** Digits of a key's text before those of its index; hyphens included. */
const HEAD_CHARS = 24;

/** The version 4 uuids of one run: ten bytes that follow from the run, and the key's index in the last six. */
export class RowKeys {
  /** What the text of every key of the run begins with. */
  readonly head: string;
  private readonly bytes: Buffer;

  constructor(run: string) {
    const bytes = Buffer.alloc(KEY_BYTES);
    createHash('sha256').update(run).digest().copy(bytes, 0, 0, INDEX_AT);
    bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    this.bytes = bytes;
    this.head = uuidText(bytes).slice(0, HEAD_CHARS);
  }

  /** Writes the key of `index`, a whole number below 2^48. Hot: nothing is allocated. */
  write(out: Buffer, at: number, index: number): void {
    const { bytes } = this;
    for (let byte = 0; byte < INDEX_AT; byte++) out[at + byte] = bytes[byte] ?? 0;
    out.writeUIntBE(index, at + INDEX_AT, INDEX_BYTES);
  }

  text(index: number): string {
    return this.head + index.toString(16).padStart(2 * INDEX_BYTES, '0');
  }

  /** The index of a key's text; -1 when it is none of this run's. */
  indexOf(text: string): number {
    if (text.length !== HEAD_CHARS + 2 * INDEX_BYTES || !text.startsWith(this.head)) return -1;
    return Number.parseInt(text.slice(HEAD_CHARS), 16);
  }
}

/** A uuid as PostgreSQL and CQL write it. */
export const uuidText = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
