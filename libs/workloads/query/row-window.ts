import { bytesOf, type QueryRow } from './row-maker.js';

/** What rows in the window may take of memory, however many they may be. */
const MOST_BYTES = 33_554_432;

/** Gives rows out in another order than they came: each new one takes the place of a random one. */
export class RowWindow {
  private readonly rows: QueryRow[] = [];
  private bytes = 0;

  constructor(
    private readonly size: number,
    private readonly random: () => number,
  ) {}

  /** Takes a row in; answers the one that has to leave for it, if any. */
  exchange(row: QueryRow): QueryRow | undefined {
    this.rows.push(row);
    this.bytes += bytesOf(row);
    return this.rows.length > this.size || this.bytes > MOST_BYTES ? this.leave() : undefined;
  }

  /** One of the rows that are left. */
  leave(): QueryRow | undefined {
    const last = this.rows.length - 1;
    const at = Math.floor(this.random() * this.rows.length);
    const left = this.rows[at];
    const end = this.rows[last];
    if (left === undefined || end === undefined) return undefined;
    this.rows[at] = end;
    this.rows.pop();
    this.bytes -= bytesOf(left);
    return left;
  }
}
