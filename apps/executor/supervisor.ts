import { randomUUID } from 'node:crypto';
import { cpus, hostname } from 'node:os';
import type { Claim, Standing } from '#libs/store/port.js';
import { reasonOf } from './cause.js';
import type { ExecutorParts } from './executor-parts.js';
import { retry } from './retry.js';
import { ShardRun } from './shard-run.js';
import { sweepOnce } from './sweep.js';

const ALIVE_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 2_000;
const RETIRE_WITHIN_MS = 2_000;

/** Takes shards one after another until it is told to end, and ends what hangs meanwhile. */
export class Supervisor {
  private readonly closing = new AbortController();
  private current: ShardRun | undefined;
  private isHalted = false;
  private isAway = false;
  /** Another living process has its id. */
  isReplaced = false;
  /** A container that is restarted may have the id, and even the pid, of the one before. */
  private readonly incarnation = randomUUID();

  constructor(private readonly parts: ExecutorParts) {}

  /** Takes no more shards; the one under way goes on. */
  close(): void {
    this.closing.abort();
    void this.current?.handBack();
  }

  /** Takes no more shards and interrupts the one under way. */
  halt(): void {
    this.isHalted = true;
    this.closing.abort();
    this.current?.halt();
  }

  /** Announces this executor. Throws what the store throws. */
  async register(): Promise<void> {
    const { store, clock, config } = this.parts;
    const { id, labels } = config;
    const { incarnation } = this;
    const self = { id, labels, hostname: hostname(), pid: process.pid, cores: cpus().length, incarnation };
    await store.shards.register(self, clock.epochMs(), this.current?.runId ?? null);
  }

  /** Works until it is told to end, then leaves the list of executors. Never throws. */
  async run(): Promise<void> {
    const { store, clock, config, queue, offsetMs } = this.parts;
    const { signal } = this.closing;
    queue.onCancelled((runId) => {
      if (this.current?.runId === runId) this.current.hurry();
    });
    const sweeping = this.sweepOn();
    let aliveNs = -Infinity;
    let lookedNs = -Infinity;
    let isTold = false;
    while (!signal.aborted) {
      // While a shard is held its beats say that this executor is alive; in between, here, nothing is held.
      const claim = await this.asking(async () => {
        if (clock.nowNs() - aliveNs >= ALIVE_EVERY_MS * 1e6) {
          const standing = await store.shards.executorBeat(config.id, clock.epochMs(), offsetMs(), this.incarnation);
          await this.stand(standing);
          aliveNs = clock.nowNs();
        }
        if (this.isReplaced) return null;
        if (!isTold && clock.nowNs() - lookedNs < config.pollMs * 1e6) return null;
        lookedNs = clock.nowNs();
        return store.shards.claim(config.id, clock.epochMs(), config.leaseMs);
      });
      if (claim) {
        await this.carryOut(claim);
        // Runs may wait for this target and for executors other than this one.
        void queue.freed().catch(() => undefined);
        aliveNs = -Infinity;
        lookedNs = -Infinity;
      } else isTold = await queue.wait(Math.min(config.pollMs, ALIVE_EVERY_MS), signal);
    }
    await sweeping;
    await retry(() => store.shards.retire(config.id, this.incarnation), {
      clock,
      withinMs: RETIRE_WITHIN_MS,
      failed: () => undefined,
    }).catch((error: unknown) => this.say('warn', `this executor could not leave the list (${reasonOf(error)})`));
  }

  /** Two processes of one id would each believe what is meant for the other: the later one works. */
  private async stand(standing: Standing): Promise<void> {
    if (standing === 'unlisted') await this.register();
    const isReplaced = standing === 'replaced';
    if (isReplaced && !this.isReplaced)
      this.say(
        'warn',
        `another executor that lives has the id ${this.parts.config.id}: this one takes nothing while it does; give each an id of its own (TIDEMARK_EXECUTOR_ID)`,
      );
    this.isReplaced = isReplaced;
  }

  private async carryOut(claim: Claim): Promise<void> {
    this.current = new ShardRun(this.parts, claim);
    if (this.isHalted) this.current.halt();
    // It was claimed while the signal came.
    else if (this.closing.signal.aborted) void this.current.handBack();
    await this.current.carryOut();
    this.current = undefined;
  }

  private async sweepOn(): Promise<void> {
    const { store, clock, config } = this.parts;
    const { signal } = this.closing;
    for (;;) {
      await clock.sleep(SWEEP_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.asking(() => sweepOnce({ store, clock, actor: `executor:${config.id}` }));
    }
  }

  /** Asks the store; says once when it is away, and makes itself known again when it is back. */
  private async asking<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      if (this.isAway) await this.register();
      const answer = await question();
      if (this.isAway) this.say('info', 'the database answers again');
      this.isAway = false;
      return answer;
    } catch (error) {
      if (!this.isAway) this.say('warn', `the database does not answer (${reasonOf(error)}); asked again`);
      this.isAway = true;
      return undefined;
    }
  }

  private say(level: 'info' | 'warn', message: string): void {
    const { output, clock, config } = this.parts;
    output({ atMs: clock.epochMs(), level, executor: config.id, message });
  }
}
