import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import { FasterRandom } from '../faster-random.js';
import { Seed64 } from '../seed64.js';
import { murmur3 } from '../salt.js';
import { seededDistribution, type SeededDistribution } from '../seeded-distribution.js';
import type { CqlType } from './cql-type.js';
import { kindOf, type GeneratedValue } from './value-generator.js';

/** What a profile's columnspec says of a column; absent means the original's default. */
export interface ColumnSpec {
  size?: Distribution | undefined;
  population?: Distribution | undefined;
  cluster?: Distribution | undefined;
}

const IDENTITY: Distribution = { type: 'uniform', min: 1, max: 1e11 };
const SIZE: Distribution = { type: 'uniform', min: 4, max: 8 };
const CLUSTER: Distribution = { type: 'fixed', value: 1 };

const below = new Seed64();

/** Generates a column's values from seeds, as cassandra-stress does for user profiles. */
export class ColumnGenerator {
  /** How many values a clustering column has below one value of the column before it. */
  readonly cluster: SeededDistribution;
  private readonly identity: SeededDistribution;
  private readonly size: SeededDistribution;
  /** Generators of a collection's elements. */
  private readonly inner: readonly ColumnGenerator[];
  private readonly saltHigh: number;
  private readonly saltLow: number;
  private readonly draw: () => GeneratedValue;

  /** `name` is the column's. Throws CodedError VALIDATION_FAILED for a type that cannot be generated. */
  constructor(
    readonly name: string,
    readonly type: CqlType,
    spec: ColumnSpec,
  ) {
    const salt = BigInt.asUintN(64, murmur3(Buffer.from(`seed for stress${name}`)));
    this.saltHigh = Number(salt >> 32n) | 0;
    this.saltLow = Number(salt & 0xffffffffn) | 0;
    const kind = kindOf(type, name);
    // Fields differ from each other; the elements of collections are seeded by the column's name, as in the original.
    const isTuple = type.name === 'tuple';
    this.inner = type.of.map(
      (element, index) => new ColumnGenerator(isTuple ? `${name}.${index}` : name, element, spec),
    );
    const innerDraws = this.inner.map((element) => () => element.next());
    this.identity = seededDistribution(spec.population ?? kind.identity ?? IDENTITY);
    this.cluster = seededDistribution(spec.cluster ?? CLUSTER);
    this.size = seededDistribution(spec.size ?? SIZE);
    const sources = {
      identity: this.identity,
      size: this.size,
      random: new FasterRandom(),
    };
    this.draw = () => kind.draw(sources, innerDraws);
  }

  setSeed(high: number, low: number): void {
    this.identity.setSeed(high ^ this.saltHigh, low ^ this.saltLow);
    this.cluster.setSeed(high ^ ~this.saltHigh, low ^ ~this.saltLow);
    if (this.inner.length === 0) return;
    // The original leaves the number of elements to a generator that nobody seeds, so that no row has it twice.
    this.size.setSeed(~high ^ this.saltHigh, ~low ^ this.saltLow);
    // Elements are seeded with 31 times the seed.
    below.set(high, low);
    below.fold(0, 0);
    const { high: innerHigh, low: innerLow } = below;
    for (const element of this.inner) element.setSeed(innerHigh, innerLow);
  }

  /** The next value after the seed. */
  next(): GeneratedValue {
    return this.draw();
  }
}
