import type { Bytes } from './bytes.js';

const NEVER = -1;
/** What a row and a cell cost beside their bytes (measured: heap growth per stored row on Node 20). */
export const ROW_OVERHEAD_BYTES = 160;
export const CELL_OVERHEAD_BYTES = 24;

/** Write times and expiry of single cells; only rows whose cells differ pay for it. */
interface CellTimes {
  writtenUs: number[];
  /** Milliseconds of wall time; 0 is never. */
  expiresMs: number[];
}

/**
 * One row's cells by slot. A cell is undefined when never written and null when deleted. Of two writes to a cell the
 * later one wins, whatever the order in which they arrive; at the same time a deletion wins, then the greater value.
 */
export class Row {
  private cells: (Bytes | null | undefined)[];
  /** Write time of every written cell, in µs, as long as they agree. */
  private writtenUs = NEVER;
  private times: CellTimes | null = null;
  /** Time of the INSERT that made the row exist without any cell, or -1. */
  private markerUs = NEVER;
  private markerExpiresMs = 0;
  private deletedUs = NEVER;

  /** `clustering`: serialized values of the clustering columns. */
  constructor(
    slots: number,
    readonly clustering: readonly Bytes[],
  ) {
    this.cells = Array.from({ length: slots }, () => undefined);
  }

  private timesOf(): CellTimes {
    this.times ??= {
      writtenUs: this.cells.map((cell) => (cell === undefined ? NEVER : this.writtenUs)),
      expiresMs: this.cells.map(() => 0),
    };
    return this.times;
  }

  private loses(slot: number, value: Bytes | null, timestampUs: number): boolean {
    const stored = this.cells[slot];
    if (stored === undefined) return false;
    const writtenUs = this.times ? (this.times.writtenUs[slot] ?? NEVER) : this.writtenUs;
    if (timestampUs !== writtenUs) return timestampUs < writtenUs;
    return stored === null || (value !== null && value < stored);
  }

  /** Writes or (null) deletes a cell. Returns by how many bytes the row grew. */
  write(slot: number, value: Bytes | null, timestampUs: number, expiresMs: number): number {
    if (timestampUs <= this.deletedUs || this.loses(slot, value, timestampUs)) return 0;
    const before = this.cells[slot];
    this.cells[slot] = value;
    if (this.writtenUs === NEVER) this.writtenUs = timestampUs;
    if (this.times !== null || timestampUs !== this.writtenUs || expiresMs !== 0) {
      this.noteTime(slot, timestampUs, expiresMs);
    }
    return (value?.length ?? 0) - (before?.length ?? 0) + (before === undefined ? CELL_OVERHEAD_BYTES : 0);
  }

  private noteTime(slot: number, timestampUs: number, expiresMs: number): void {
    const times = this.timesOf();
    times.writtenUs[slot] = timestampUs;
    times.expiresMs[slot] = expiresMs;
    const agree = this.cells.every(
      (cell, i) => cell === undefined || (times.writtenUs[i] === timestampUs && times.expiresMs[i] === 0),
    );
    if (!agree) return;
    // An overwrite of the whole row with one time brings the row back to its small form.
    this.writtenUs = timestampUs;
    this.times = null;
  }

  /** Writes a value that was made from the stored one (a counter, a collection): it wins whatever the clocks say. */
  merge(slot: number, value: Bytes | null, timestampUs: number): number {
    const writtenUs = this.times ? (this.times.writtenUs[slot] ?? NEVER) : this.writtenUs;
    return this.write(slot, value, Math.max(timestampUs, writtenUs + 1, this.deletedUs + 1), 0);
  }

  /** An INSERT: the row exists even when all its cells are null. */
  mark(timestampUs: number, expiresMs: number): void {
    if (timestampUs < this.markerUs || timestampUs <= this.deletedUs) return;
    this.markerUs = timestampUs;
    this.markerExpiresMs = expiresMs;
  }

  /** Deletes everything written up to `timestampUs`. Returns by how many bytes the row grew (0 or less). */
  delete(timestampUs: number): number {
    if (timestampUs <= this.deletedUs) return 0;
    this.deletedUs = timestampUs;
    if (this.markerUs <= timestampUs) this.markerUs = NEVER;
    let grown = 0;
    this.cells.forEach((cell, slot) => {
      const writtenUs = this.times ? (this.times.writtenUs[slot] ?? NEVER) : this.writtenUs;
      if (cell === undefined || writtenUs > timestampUs) return;
      grown -= (cell?.length ?? 0) + CELL_OVERHEAD_BYTES;
      this.cells[slot] = undefined;
    });
    return grown;
  }

  /** The live value of a cell, or null. */
  read(slot: number, nowMs: number): Bytes | null {
    const value = this.cells[slot] ?? null;
    if (this.times === null || value === null) return value;
    const expiresMs = this.times.expiresMs[slot] ?? 0;
    return expiresMs !== 0 && expiresMs <= nowMs ? null : value;
  }

  /** Write time in µs of a live cell. */
  writeTimeUs(slot: number, nowMs: number): number | null {
    if (this.read(slot, nowMs) === null) return null;
    return this.times ? (this.times.writtenUs[slot] ?? null) : this.writtenUs;
  }

  /** Wall time in ms at which a live cell expires, or null. */
  expiresMs(slot: number, nowMs: number): number | null {
    if (this.read(slot, nowMs) === null) return null;
    const expiresMs = this.times?.expiresMs[slot] ?? 0;
    return expiresMs === 0 ? null : expiresMs;
  }

  /** True when a reader sees the row: it was inserted, or one of its cells lives. */
  isLive(nowMs: number): boolean {
    if (this.markerUs !== NEVER && (this.markerExpiresMs === 0 || this.markerExpiresMs > nowMs)) return true;
    for (let slot = 0; slot < this.cells.length; slot++) if (this.read(slot, nowMs) !== null) return true;
    return false;
  }

  /** Bytes of all values, with what cells cost. */
  sizeBytes(): number {
    let bytes = 0;
    for (const cell of this.cells) if (cell !== undefined) bytes += (cell?.length ?? 0) + CELL_OVERHEAD_BYTES;
    return bytes;
  }

  /** Replaces a value and leaves its write time as it is: what a test does behind the client's back. */
  tamper(slot: number, value: Bytes | null): void {
    this.cells[slot] = value;
  }
}
