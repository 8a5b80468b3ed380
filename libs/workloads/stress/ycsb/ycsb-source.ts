import type { Source } from '#libs/load/target.js';

/** The next operation of a lane; the item is a number of its own. */
export class YcsbSource implements Source {
  operation = 0;
  seed = -1;

  /** `count` is how many operations the lane does at most; Infinity when only time ends the run. */
  constructor(
    private readonly count: number,
    private readonly choose: () => number,
  ) {}

  next(): boolean {
    if (this.seed + 1 >= this.count) return false;
    this.seed++;
    this.operation = this.choose();
    return true;
  }
}
