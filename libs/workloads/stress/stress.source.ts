import { seededRandom } from '#libs/load/random.js';
import type { Source } from '#libs/load/target.js';
import type { LaneShare } from '#libs/workloads/lane/message.js';
import { sampler } from './sampler.js';
import { operationsOf, READ, weightsOf } from '#libs/stress/operations.js';
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

/** Which operation comes next and on which row, for one lane. Allocation-free. */
export class StressSource implements Source {
  operation: number;
  seed = 0;
  private index = 0;
  private readonly operations: number;
  private readonly draw: Draw;
  private readonly run: (() => number) | undefined;
  private readonly choose: () => number;
  /** How far a read goes back, and the first and last seed of the sequence; absent otherwise. */
  private readonly lookback: { draw: () => number; from: number } | undefined;
  private left = 0;

  constructor(
    spec: StressPlanSpec,
    population: Population,
    private readonly share: LaneShare,
  ) {
    this.operations = spec.stop.type === 'operations' ? shareOf(spec.stop.count, share) : Infinity;
    if (population.type === 'sequence' && !population.wrap) {
      this.operations = Math.min(this.operations, shareOf(population.to - population.from + 1, share));
    }
    this.draw = drawOf(population, laneRandom(spec, share, 1));
    if (population.type === 'sequence' && population.readLookback !== undefined)
      this.lookback = { draw: sampler(population.readLookback, laneRandom(spec, share, 6)), from: population.from };
    const active = operationsOf(spec);
    this.operation = active[0] ?? READ;
    const random = laneRandom(spec, share, 2);
    this.choose = chooser(weightsOf(spec), random);
    // Mixed runs do a few operations of one type in a row, as the original does.
    this.run = active.length > 1 ? sampler(spec.clustering, laneRandom(spec, share, 3)) : undefined;
  }

  next(): boolean {
    if (this.index >= this.operations) return false;
    this.seed = this.draw(this.share.first + this.index * this.share.stride);
    this.index++;
    if (this.run !== undefined) {
      if (this.left <= 0) {
        this.operation = this.choose();
        this.left = Math.max(1, this.run());
      }
      this.left--;
    }
    if (this.lookback !== undefined && this.operation === READ)
      this.seed = Math.max(this.lookback.from, this.seed - this.lookback.draw());
    return true;
  }
}
