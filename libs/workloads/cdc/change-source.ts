import type { LiveKeys } from '#libs/cdc/live-keys.js';
import { DELETE, INSERT, UPDATE } from '#libs/cdc/row-shape.js';
import type { Source } from '#libs/load/target.js';
import type { CdcSpec } from './cdc.schema.js';

/** Which change comes next, by weight. Which row it is of the target decides, since what is drawn may be dropped. */
export class ChangeSource implements Source {
  operation = INSERT;
  seed = 0;
  private readonly insertBelow: number;
  private readonly updateBelow: number;

  constructor(
    { insert, update, delete: deletes }: CdcSpec['weights'],
    private readonly live: Pick<LiveKeys, 'count'>,
    private readonly random: () => number,
  ) {
    const all = insert + update + deletes;
    this.insertBelow = insert / all;
    this.updateBelow = (insert + update) / all;
  }

  next(): boolean {
    const drawn = this.random();
    const wanted = drawn < this.insertBelow ? INSERT : drawn < this.updateBelow ? UPDATE : DELETE;
    // Without a row that is there and idle nothing can be changed.
    this.operation = this.live.count === 0 ? INSERT : wanted;
    return true;
  }
}
