import type { Clock } from '#libs/load/clock.js';
import type { Source } from '#libs/load/target.js';
import type { ReadyClients } from './ready-clients.js';

const NS_PER_MS = 1e6;
/** Draws before an operation is taken that can be done. */
const REDRAWS = 16;

export interface SourceParts {
  clock: Pick<Clock, 'nowNs' | 'wakeAt'>;
  ready: ReadyClients;
  /** By operation. */
  weights: readonly number[];
  /** Whether an operation can be done by a client just now. */
  possible: (operation: number, client: number) => boolean;
  random: () => number;
  waitMs: { min: number; max: number };
  /** Of this lane; Infinity when only time ends it. */
  operations: number;
  /** Somebody's pause is over. */
  wake: () => void;
  /** The run is over: what is drawn is only counted. */
  isOver: () => boolean;
}

/** Which client does what next; `seed` is the client. A client has as many turns as it may have operations in flight. */
export class ZookeeperSource implements Source {
  operation = 0;
  seed = 0;
  isWaiting = true;
  private drawn = 0;
  private armedNs = Infinity;
  private readonly upTo: Float64Array;
  private readonly onTime = (): void => {
    this.armedNs = Infinity;
    this.parts.wake();
  };

  constructor(private readonly parts: SourceParts) {
    const all = parts.weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    this.upTo = Float64Array.from(parts.weights, (weight) => (sum += weight) / all);
  }

  next(): boolean {
    const { ready, operations, clock, isOver } = this.parts;
    if (this.drawn >= operations) {
      this.isWaiting = false;
      return false;
    }
    if (!isOver()) {
      const client = ready.take(clock.nowNs());
      if (client < 0) {
        this.arm(ready.nextNs);
        return false;
      }
      this.seed = client;
    }
    this.drawn++;
    this.operation = this.draw(this.seed);
    return true;
  }

  /** An operation of the client has ended: it gets its turn back, after a pause where there is one. */
  release(client: number): void {
    const { ready, waitMs, random, clock } = this.parts;
    if (waitMs.max === 0) ready.add(client);
    else ready.addAt(client, clock.nowNs() + (waitMs.min + random() * (waitMs.max - waitMs.min)) * NS_PER_MS);
  }

  private draw(client: number): number {
    const { possible } = this.parts;
    let operation = this.pick();
    for (let again = 0; again < REDRAWS && !possible(operation, client); again++) operation = this.pick();
    for (let other = 0; other < this.upTo.length && !possible(operation, client); other++) operation = other;
    return operation;
  }

  private pick(): number {
    const { upTo } = this;
    const last = upTo.length - 1;
    if (last === 0) return 0;
    const drawn = this.parts.random();
    for (let index = 0; index < last; index++) if (drawn < (upTo[index] ?? 0)) return index;
    return last;
  }

  /** An earlier timer stays: whoever it wakes looks again. */
  private arm(atNs: number): void {
    if (atNs >= this.armedNs) return;
    this.armedNs = atNs;
    this.parts.clock.wakeAt(atNs, this.onTime);
  }
}
