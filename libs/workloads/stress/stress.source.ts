import { seededRandom } from '#libs/load/random.js';
import type { Source } from '#libs/load/target.js';
import type { LaneShare } from '#libs/workloads/lane/message.js';
import { sampler } from './sampler.js';
import { operationsOf, READ, readsOf, weightsOf } from '#libs/stress/operations.js';
import { populationOf } from '#libs/stress/population.js';
import { partitionDraws } from '#libs/stress/profile/user-spec.js';
import type { Population, StressPlanSpec } from './stress.schema.js';

/** Seeds of a lane: item i of the whole run is i = first, first + stride … */
type Draw = (item: number) => number;

function inTurn(from: number, to: number): Draw {
  const range = to - from + 1;
  return (item) => from + (item % range);
}

function drawOf(population: Population, random: () => number): Draw {
  if (population.type === 'sequence') return inTurn(population.from, population.to);
  const { distribution } = population;
  // One sequence for the whole run, not one for each lane.
  return distribution.type === 'sequence' ? inTurn(distribution.min, distribution.max) : sampler(distribution, random);
}

/** Draws an index by weight; allocation-free. */
function chooser(weights: readonly number[], random: () => number): () => number {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const upTo = Float64Array.from(weights, (weight) => (sum += weight) / all);
  const last = weights.findLastIndex((weight) => weight > 0);
  return () => {
    const drawn = random();
    for (let index = 0; index < last; index++) if (drawn < (upTo[index] ?? 0)) return index;
    return last;
  };
}

/** Operations a lane has to do when the whole run has `count`. */
export const shareOf = (count: number, { first, stride }: Pick<LaneShare, 'first' | 'stride'>): number =>
  Math.max(0, Math.ceil((count - first) / stride));

/** Random numbers of a lane are its own, and the same in every run with the same seed. */
export const laneRandom = (spec: Pick<StressPlanSpec, 'seed'>, share: LaneShare, purpose: number): (() => number) =>
  seededRandom(spec.seed * 1_000_003 + share.first * 101 + purpose);

/** Says of each operation whether there is something to do for it: now, once one in flight has ended, or never again. */
export interface OperationGate {
  /** True for operations that the gate ever closes: they are not warmed up. */
  guards(operation: number): boolean;
  state(operation: number): 'open' | 'waiting' | 'ended';
}

/** The most partitions of one operation: as many as a batch has statements. */
const PARTITIONS_MOST = 65_535;

/** Which operation comes next and on which row, for one lane. Allocation-free. */
export class StressSource implements Source {
  operation: number;
  seed = 0;
  /** Work items of the operation: the first is `seed`, the others stand in `further`. */
  partitions = 1;
  readonly further: Float64Array;
  /** There is nothing to do just now, and will be. */
  isWaiting = false;
  private index = 0;
  private readonly operations: number;
  private readonly draw: Draw;
  private readonly run: (() => number) | undefined;
  private readonly choose: () => number;
  /** How far a read goes back, and the first and last seed of the sequence; absent otherwise. */
  private readonly lookback: { draw: () => number; from: number } | undefined;
  private left = 0;
  /** By operation: how many partitions one takes; absent where each takes one. */
  private readonly draws: (() => number)[] | undefined;
  private readonly isRead: readonly boolean[];

  constructor(
    spec: StressPlanSpec,
    population: Population,
    private readonly share: LaneShare,
    private readonly gate?: OperationGate,
  ) {
    this.operations = spec.stop.type === 'operations' ? shareOf(spec.stop.count, share) : Infinity;
    if (population.type === 'sequence' && !population.wrap) {
      this.operations = Math.min(this.operations, shareOf(population.to - population.from + 1, share));
    }
    this.draw = drawOf(population, laneRandom(spec, share, 1));
    if (population.type === 'sequence' && population.readLookback !== undefined)
      this.lookback = { draw: sampler(population.readLookback, laneRandom(spec, share, 6)), from: population.from };
    this.draws = partitionDraws(spec, (partitions) => sampler(partitions, laneRandom(spec, share, 9)));
    this.further = new Float64Array(this.draws ? PARTITIONS_MOST - 1 : 0);
    this.isRead = readsOf(spec);
    const active = operationsOf(spec);
    this.operation = active[0] ?? READ;
    const random = laneRandom(spec, share, 2);
    this.choose = chooser(weightsOf(spec), random);
    // Mixed runs do a few operations of one type in a row, as the original does.
    this.run = active.length > 1 ? sampler(spec.clustering, laneRandom(spec, share, 3)) : undefined;
  }

  next(): boolean {
    if (this.index >= this.operations) return false;
    if (this.run !== undefined && this.left <= 0) {
      this.operation = this.choose();
      this.left = Math.max(1, this.run());
    }
    if (this.gate !== undefined) {
      const state = this.gate.state(this.operation);
      this.isWaiting = state === 'waiting';
      if (state !== 'open') return false;
    }
    this.left--;
    this.seed = this.item();
    if (this.draws !== undefined) this.takeFurther(this.draws);
    if (this.lookback !== undefined && this.isRead[this.operation] === true)
      this.seed = Math.max(this.lookback.from, this.seed - this.lookback.draw());
    return true;
  }

  private item(): number {
    return this.draw(this.share.first + this.index++ * this.share.stride);
  }

  /** As in the original, what an operation takes of the population counts, not the operation. */
  private takeFurther(draws: readonly (() => number)[]): void {
    const asked = Math.min(PARTITIONS_MOST, draws[this.operation]?.() ?? 1);
    this.partitions = 1;
    while (this.partitions < asked && this.index < this.operations) this.further[this.partitions++ - 1] = this.item();
  }
}

/** The work items of a lane in the order of its population, without end. */
export function partitionItems(spec: StressPlanSpec, share: LaneShare): { next(): number; restart(): void } {
  const begin = () => drawOf(populationOf(spec), laneRandom(spec, share, 1));
  let index = 0;
  let draw = begin();
  return {
    next: () => draw(share.first + index++ * share.stride),
    restart: () => {
      index = 0;
      draw = begin();
    },
  };
}
