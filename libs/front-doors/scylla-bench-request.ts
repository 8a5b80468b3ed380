import type { KeyWalk } from './scylla-bench-walk.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import { Word64 } from './word64.js';

type Restriction = Extract<ScyllaBenchSpec, { mode: 'read' }>['select']['restriction'];

/** The keys of one request, filled again and again: the partition, and `count` clustering keys to bind. */
export class RequestKeys {
  readonly pk = new Word64();
  readonly cks: readonly Word64[];
  count = 0;
  private readonly rows = new Word64();

  /** `places` is how many rows are named by a key each: all of them, or one where a bound stands for them. */
  constructor(
    private readonly rowsPerRequest: number,
    places = rowsPerRequest,
  ) {
    this.rows.setNumber(rowsPerRequest);
    this.cks = Array.from({ length: Math.max(2, places) }, () => new Word64());
  }

  /**
   * The rows of one write: several of one partition make a batch. It ends with the partition or with the worker's own rows;
   * the original goes on into its neighbour's, and writes those twice.
   */
  forWrite(walk: KeyWalk, elapsedNs: number): void {
    this.start(walk, elapsedNs);
    do this.take(walk, elapsedNs);
    while (this.count < this.rowsPerRequest && !walk.isPartitionDone && !walk.isDone);
  }

  /** What a read binds; the walk moves by one row per request, or by as many as an IN lists. */
  readonly forRead: { [R in Restriction]: (walk: KeyWalk, elapsedNs: number) => void } = {
    none: (walk, elapsedNs) => this.start(walk, elapsedNs),
    lowerBound: (walk, elapsedNs) => {
      this.start(walk, elapsedNs);
      this.take(walk, elapsedNs);
    },
    bothBounds: (walk, elapsedNs) => {
      this.forRead.lowerBound(walk, elapsedNs);
      const [lower, upper] = this.cks;
      if (lower) upper?.copy(lower).add(this.rows);
      this.count = 2;
    },
    // The statement has a fixed number of places: a partition's end leaves zeros, as in the original.
    in: (walk, elapsedNs) => {
      this.start(walk, elapsedNs);
      while (this.count < this.rowsPerRequest) {
        if (walk.isPartitionDone) this.cks[this.count++]?.setWords(0, 0);
        else this.take(walk, elapsedNs);
      }
    },
  };

  private start(walk: KeyWalk, elapsedNs: number): void {
    walk.nextPartition(elapsedNs);
    this.pk.copy(walk.pk);
    this.count = 0;
  }

  private take(walk: KeyWalk, elapsedNs: number): void {
    walk.nextClustering(elapsedNs);
    this.cks[this.count++]?.copy(walk.ck);
  }
}
