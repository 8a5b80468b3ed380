const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

/** A part of the ring: tokens above `above`, up to `to`. */
export interface TokenRange {
  readonly above: bigint;
  readonly to: bigint;
}

/** The ranges between the tokens of a ring, none of which wraps, each split into so many parts. In the order of the ring. */
export function splitRing(tokens: readonly bigint[], splitFactor: number): TokenRange[] {
  const bounds = [...new Set([...tokens, LAST])].filter((token) => token > FIRST).sort((a, b) => (a < b ? -1 : 1));
  let above = FIRST;
  const ranges: TokenRange[] = [];
  for (const to of bounds) {
    ranges.push(...split({ above, to }, BigInt(splitFactor)));
    above = to;
  }
  return ranges;
}

function split({ above, to }: TokenRange, parts: bigint): TokenRange[] {
  const width = to - above;
  const count = width < parts ? width : parts;
  return Array.from({ length: Number(count) }, (_, index) => ({
    above: above + (width * BigInt(index)) / count,
    to: above + (width * BigInt(index + 1)) / count,
  }));
}

/** How far a range has been read. */
export interface RangeCursor extends TokenRange {
  pagingState: Buffer | undefined;
  /** Of the last row that was read, so that a partition on two pages counts once. */
  lastToken: bigint | undefined;
}

/** Hands out the ranges of a lane, each to one operation at a time, until all have been read; with `wrap` for ever. */
export class TokenRangeWalk {
  private next = 0;
  private inUse = 0;
  /** Ranges that are read in part. */
  private begun: RangeCursor[] = [];

  constructor(
    private readonly ranges: readonly TokenRange[],
    private readonly wrap: boolean,
  ) {}

  /** Whether `take` has a range now, or will have one when an operation has ended, or never again. */
  get state(): 'open' | 'waiting' | 'ended' {
    if (this.begun.length > 0 || this.next < this.ranges.length || (this.wrap && this.ranges.length > 0)) return 'open';
    return this.inUse > 0 ? 'waiting' : 'ended';
  }

  /** A range to go on with; undefined unless `state` is open. */
  take(): RangeCursor | undefined {
    const cursor = this.begun.shift() ?? this.fresh();
    if (cursor !== undefined) this.inUse++;
    return cursor;
  }

  /** A page has been read, or has failed: the range goes on unless it is done. */
  put(cursor: RangeCursor, isDone: boolean): void {
    this.inUse--;
    if (!isDone) this.begun.push(cursor);
  }

  private fresh(): RangeCursor | undefined {
    if (this.next >= this.ranges.length && this.wrap) this.next = 0;
    const range = this.ranges[this.next];
    if (range === undefined) return undefined;
    this.next++;
    return { ...range, pagingState: undefined, lastToken: undefined };
  }
}
