import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';
import type { Source } from '#libs/load/target.js';

/**
 * The next worker of a lane, round and round over those that have rows left. An item is a number of its own; modulo the
 * lane's workers it is the worker whose walk goes on.
 */
export class BenchSource implements Source {
  operation = 0;
  seed = 0;
  private turn = -1;
  private readonly passesLeft: Float64Array;

  /** `passes` is Infinity when only time ends the run. `operations` is how many are taken in turn. */
  constructor(
    private readonly walks: readonly KeyWalk[],
    passes: number,
    private readonly operations: number,
  ) {
    this.passesLeft = new Float64Array(walks.length).fill(passes);
  }

  next(): boolean {
    const { walks, passesLeft, operations } = this;
    for (let step = 0; step < walks.length; step++) {
      this.turn++;
      const worker = this.turn % walks.length;
      const walk = walks[worker];
      if (walk === undefined || passesLeft[worker] === 0) continue;
      if (walk.isDone && !this.startOver(walk, worker)) continue;
      this.seed = this.turn;
      // Shifted by one each round, so that every worker does all of them.
      this.operation = (worker + Math.floor(this.turn / walks.length)) % operations;
      return true;
    }
    return false;
  }

  /** False at the end of the last pass, and for a worker that has no rows at all. */
  private startOver(walk: KeyWalk, worker: number): boolean {
    this.passesLeft[worker] = (this.passesLeft[worker] ?? 1) - 1;
    if (this.passesLeft[worker] === 0) return false;
    walk.restart();
    if (!walk.isDone) return true;
    this.passesLeft[worker] = 0;
    return false;
  }
}
