/** One of the operations that write the rows of a partition. */
export interface Visit {
  /** The partition's work item. */
  item: number;
  /** Which of the visits, from 0, of how many. */
  part: number;
  parts: number;
}

interface OpenPartition extends Visit {
  left: number;
}

export interface OpenPartitionsOptions {
  /** The work item of a partition that nobody has begun. */
  fresh: () => number;
  /** Draws how many visits a partition gets. */
  visits: () => number;
  /** Draws, from 0, which of the partitions that are begun is gone on with; the oldest is 0, beyond the last a new one is begun. */
  revisit: () => number;
}

/**
 * Partitions whose rows are written in several visits (`-insert visits=`, `revisit=`). As in the original, the revisit
 * distribution both bounds how many are open and says which is next.
 */
export class OpenPartitions {
  private open: OpenPartition[] = [];

  constructor(private readonly options: OpenPartitionsOptions) {}

  /** The next visit. Two visits of a partition that are in flight at once are different ones. */
  take(): Visit {
    const index = this.options.revisit();
    const found = this.open[index];
    if (found === undefined) return this.begin();
    const visit = { item: found.item, part: found.parts - found.left, parts: found.parts };
    found.left--;
    if (found.left === 0) this.open.splice(index, 1);
    return visit;
  }

  /** Forgets what is open. */
  clear(): void {
    this.open = [];
  }

  private begin(): Visit {
    const parts = Math.max(1, this.options.visits());
    const visit = { item: this.options.fresh(), part: 0, parts };
    if (parts > 1) this.open.push({ ...visit, left: parts - 1 });
    return visit;
  }
}

/** The rows of a visit, from and up to (not with): an equal share, the last visit takes what is left. */
export function rowsOfVisit({ part, parts }: Omit<Visit, 'item'>, rows: number): [from: number, to: number] {
  const each = Math.max(1, Math.floor(rows / parts));
  const from = Math.min(rows, part * each);
  return [from, part === parts - 1 ? rows : Math.min(rows, from + each)];
}
