import type { Completion, Target } from './target.js';
import type { VirtualClock } from './virtual-clock.js';

/** How long an operation takes that reaches the server at `atNs`, and what becomes of it. */
export interface Answer {
  takesNs: number;
  outcome?: number;
}

/**
 * A server on virtual time, for tests: it answers any number of operations at once, each as `answer` says, and reads and
 * reports like a socket: answers come one after the other, then the loop is told that the turn is over.
 */
export class FakeServer implements Target {
  fired = 0;
  flushes = 0;
  readonly seeds: number[] = [];
  private loop: (Completion & { pump(): void }) | undefined;

  constructor(
    private readonly clock: VirtualClock,
    private readonly answer: (atNs: number, seed: number) => Answer,
  ) {}

  report(loop: Completion & { pump(): void }): void {
    this.loop = loop;
  }

  fire(slot: number, _operation: number, seed: number): void {
    this.fired++;
    this.seeds.push(seed);
    const nowNs = this.clock.nowNs();
    const { takesNs, outcome = 0 } = this.answer(nowNs, seed);
    this.clock.plan(nowNs + takesNs, () => {
      this.loop?.complete(slot, outcome, 1);
      this.loop?.pump();
    });
  }

  retry(slot: number, operation: number, seed: number): void {
    this.fire(slot, operation, seed);
  }

  flush(): void {
    this.flushes++;
  }
}

/** Takes `serviceNs`; what arrives in a stall waits for its end first. */
export const stalling =
  (serviceNs: number, stallAtNs: number, stallNs: number) =>
  (atNs: number): Answer => {
    const inStall = atNs >= stallAtNs && atNs < stallAtNs + stallNs;
    return { takesNs: serviceNs + (inStall ? stallAtNs + stallNs - atNs : 0) };
  };
