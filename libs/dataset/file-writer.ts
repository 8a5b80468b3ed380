import { join } from 'node:path';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { fileName } from './file-plan.js';
import { type FileRecord, fingerprintOf, writeRecord } from './file-record.js';
import { FileSink } from './file-sink.js';
import type { SpaceWatch } from './free-space.js';
import type { RowBlock } from './row-block.js';
import { headerLine, RowWriter } from './row-writer.js';
import { shownBins, sizeBins } from './size-bins.js';
import { SizeTally } from './size-draw.js';

/**
 * Rows are handed to the file system in blocks of this size: few calls for the disk, and small enough to be hashed and
 * copied from the processor's cache (a mebibyte costs a fifth more).
 */
const BLOCK_BYTES = 131_072;

/** What a file writer tells and asks while it works. */
export interface FileEvents {
  /** A row was made; called for each, so it must not allocate. */
  row(): void;
  /** `bytes` more are on their way to the disk. Called between blocks, never within a row. */
  block(bytes: number): void;
  /** True ends the work, and leaves nothing of the unfinished file. */
  isStopped(): boolean;
}

/** Writes the files of a dataset one after another with buffers that it keeps: its memory does not grow with the files. */
export class FileWriter {
  private readonly rows: RowWriter;
  private readonly tally: SizeTally;
  private readonly header: string;
  private readonly fingerprint: string;
  private readonly blocks: [RowBlock, RowBlock];

  constructor(
    private readonly folder: string,
    private readonly spec: GenerateSpec,
    private readonly owner: string,
    private readonly space: SpaceWatch,
    private readonly events: FileEvents,
  ) {
    this.rows = new RowWriter(spec);
    this.tally = new SizeTally(shownBins(sizeBins(spec.sizes)));
    this.header = spec.header ? headerLine(spec) : '';
    this.fingerprint = fingerprintOf(spec);
    const bytes = Math.max(BLOCK_BYTES, this.header.length);
    this.blocks = [this.rows.block(bytes), this.rows.block(bytes)];
  }

  /** Writes file `index`; undefined when stopped. Throws CodedError OUTPUT_UNWRITABLE. */
  async write(index: number): Promise<FileRecord | undefined> {
    const { spec, folder, owner, fingerprint } = this;
    const name = fileName(index, spec);
    const sink = await FileSink.open(join(folder, name), owner, spec.compression);
    this.tally.take();
    try {
      const dataBytes = await this.fill(sink, index * spec.rowsPerFile);
      if (dataBytes === undefined) return undefined;
      const { sha256, storedBytes } = await sink.finish(spec.durable);
      const firstRow = index * spec.rowsPerFile;
      const record: FileRecord = {
        fingerprint,
        name,
        index,
        firstRow,
        rows: spec.rowsPerFile,
        dataBytes,
        storedBytes,
        sha256,
        sizes: this.tally.take(),
      };
      await writeRecord(folder, record, owner);
      await sink.publish();
      return record;
    } finally {
      await sink.discard();
    }
  }

  /** All rows of a file; one block is filled while the other is written. */
  private async fill(sink: FileSink, firstRow: number): Promise<number | undefined> {
    const { rows, tally, events, space, spec } = this;
    const end = firstRow + spec.rowsPerFile;
    let [block, other] = this.blocks;
    let at = block.bytes.write(this.header);
    let dataBytes = 0;
    let writing: Promise<void> = Promise.resolve();
    for (let row = firstRow; row < end;) {
      while (row < end && at < BLOCK_BYTES) {
        at = rows.write(row++, block, at);
        tally.add(rows.sizeBytes);
        events.row();
      }
      await writing;
      if (events.isStopped()) return undefined;
      await space.before(at);
      writing = sink.write(block.bytes.subarray(0, at));
      // Whoever waits for it gets the failure; until then it must not count as unhandled.
      writing.catch(() => undefined);
      events.block(at);
      dataBytes += at;
      [block, other] = [other, block];
      at = 0;
    }
    await writing;
    return dataBytes;
  }
}
