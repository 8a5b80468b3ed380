import { readCsvFile } from '#libs/dataset/csv-reader.js';
import type { CsvRow } from '#libs/dataset/csv-row.js';
import { seededRandom } from '#libs/load/random.js';
import type { Binding } from './binding.js';
import type { QueryFile } from './query.place.js';
import { SHOWN_BAD_ROWS } from './query.report.js';
import type { BadRow, QuerySpec } from './query.schema.js';
import { type QueryRow, RowMaker } from './row-maker.js';
import type { RowQueue } from './row-queue.js';
import { rejectedLines } from './rejected-lines.js';
import { RowWindow } from './row-window.js';

/** Large odd numbers keep the random sequences of files and loops apart. */
const FILE_STEP = 1_000_003;
const LOOP_STEP = 7_368_787;
const ORDER_STEP = 15_485_863;

export interface RowReaderParts {
  spec: QuerySpec;
  files: readonly QueryFile[];
  binding: Binding;
  queue: RowQueue;
  /** Called when there is more to draw, or nothing will come any more. */
  wake: () => void;
  bad: (row: BadRow) => void;
}

/** Reads the files of one worker, again and again where that is asked for, and queues their rows; no faster than they are drawn. */
export class RowReader {
  rowsRead = 0;
  filesRead = 0;
  skippedRows = 0;
  badRowCount = 0;
  readonly badRows: BadRow[] = [];
  private batch: QueryRow[] = [];
  private queued = 0;
  private stopped = false;

  constructor(private readonly parts: RowReaderParts) {}

  /** Nothing more is read; `run` resolves soon. */
  stop(): void {
    this.stopped = true;
    this.parts.queue.end();
  }

  /** Reads to the end. Throws CodedError INPUT_UNREADABLE; the queue has ended in any case. */
  async run(): Promise<void> {
    const { spec, queue, wake } = this.parts;
    const loops = spec.loops ?? (spec.durationMs === undefined ? 1 : Infinity);
    try {
      for (let loop = 0; loop < loops && !this.stopped; loop++) {
        const before = this.queued;
        await this.readAll(loop);
        // Files without a row would be read for ever.
        if (this.queued === before && loops === Infinity) break;
      }
    } finally {
      queue.end();
      wake();
    }
  }

  private async readAll(loop: number): Promise<void> {
    const { spec, files } = this.parts;
    const random = seededRandom(spec.seed + ORDER_STEP * (loop + 1) + FILE_STEP * (files[0]?.index ?? 0));
    const window = spec.order.type === 'shuffled' ? new RowWindow(spec.order.windowRows, random) : undefined;
    for (const file of window ? shuffled(files, random) : files) {
      await this.readFile(file, loop, window);
      if (this.stopped) return;
    }
    for (let row = window?.leave(); row !== undefined && !this.stopped; row = window?.leave()) {
      const full = this.add(row);
      if (full) await full;
    }
    await this.send();
  }

  private async readFile(file: QueryFile, loop: number, window: RowWindow | undefined): Promise<void> {
    const { spec, binding } = this.parts;
    const { header, columns, delimiter, maxRowBytes } = spec.csv;
    const rejected = await rejectedLines(file.rejectFile);
    const reader = await readCsvFile(file.path, { header, delimiter, maxRowBytes, shown: file.name });
    const named = columns ?? reader.columns ?? [spec.keyColumn];
    const exact = header || columns !== undefined;
    const maker = new RowMaker(binding, { columns: named, keyColumn: spec.keyColumn, shown: file.name, exact });
    const random = seededRandom(spec.seed + FILE_STEP * (file.index + 1) + LOOP_STEP * loop);
    for await (const block of reader.blocks) {
      for (const row of block) {
        if (this.stopped) return;
        this.rowsRead++;
        if (rejected.has(row.line) || (spec.sampleShare < 1 && random() >= spec.sampleShare)) {
          this.skippedRows++;
          continue;
        }
        const made = this.make(maker, file, row);
        const next = made && window ? window.exchange(made) : made;
        const full = next && this.add(next);
        if (full) await full;
      }
    }
    this.filesRead++;
  }

  private make(maker: RowMaker, { name }: QueryFile, row: CsvRow): QueryRow | undefined {
    const made = maker.make(row);
    if (typeof made !== 'string') return made;
    const bad = { file: name, row: row.index + 1, reason: made };
    this.badRowCount++;
    if (this.badRows.length < SHOWN_BAD_ROWS) this.badRows.push(bad);
    this.parts.bad(bad);
    return undefined;
  }

  /** A promise only when the batch is full. */
  private add(row: QueryRow): Promise<void> | undefined {
    this.batch.push(row);
    return this.batch.length < this.parts.spec.batchSize ? undefined : this.send();
  }

  private async send(): Promise<void> {
    const { queue, wake } = this.parts;
    if (this.batch.length === 0) return;
    await queue.room();
    if (this.stopped) return;
    this.queued += this.batch.length;
    queue.push(this.batch);
    this.batch = [];
    wake();
  }
}

/** Fisher and Yates. */
function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const mixed = [...all];
  for (let left = mixed.length; left > 1; left--) {
    const at = Math.floor(random() * left);
    const [one, other] = [mixed[at], mixed[left - 1]];
    if (one !== undefined && other !== undefined) [mixed[at], mixed[left - 1]] = [other, one];
  }
  return mixed;
}
