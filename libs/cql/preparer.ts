import { OUTCOMES } from '#libs/contract/outcome.js';
import type { Connection } from './connection.js';
import { prepareOn } from './control.js';
import type { HotHandler } from './hot-handler.js';
import type { RequestFrame } from './request-frame.js';

/** How many times in a row one slot's statement may be unknown to a server. */
const MAX_UNPREPARED = 3;
const INVALID = OUTCOMES.indexOf('invalid');

/** Prepares statements again where a server has forgotten them, and has their operations begun anew. */
export class Preparer {
  private readonly tries = new Map<number, number>();

  constructor(
    private readonly handler: HotHandler,
    private readonly timeoutMs: number,
  ) {}

  async again(connection: Connection, slot: number, { statements }: RequestFrame): Promise<void> {
    const tries = (this.tries.get(slot) ?? 0) + 1;
    this.tries.set(slot, tries);
    try {
      if (tries > MAX_UNPREPARED) throw new Error(`the server forgot the statement ${MAX_UNPREPARED} times in a row`);
      for (const { cql } of statements) await prepareOn(connection, cql, this.timeoutMs);
      this.handler.onRetry(slot);
    } catch (error) {
      this.tries.delete(slot);
      this.handler.onError(slot, INVALID, error instanceof Error ? error.message : String(error));
    }
    this.handler.onTurn();
  }

  forgetTries(): void {
    this.tries.clear();
  }
}
