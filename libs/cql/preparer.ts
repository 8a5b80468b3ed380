import { OUTCOMES } from '#libs/contract/outcome.js';
import type { Connection } from './connection.js';
import { prepareOn } from './control.js';
import type { HotHandler } from './hot-handler.js';
import type { PreparedStatement } from './prepared.js';
import type { RequestFrame } from './request-frame.js';
import { outcomeOf, ServerError } from './server-error.js';

/** How many times in a row one slot's statement may be unknown to a server. */
const MAX_UNPREPARED = 3;
const INVALID = OUTCOMES.indexOf('invalid');
const CONNECTION_LOST = OUTCOMES.indexOf('connectionLost');
const CLIENT_TIMEOUT = OUTCOMES.indexOf('clientTimeout');

/** Prepares statements again where a server has forgotten them, and has their operations begun anew. */
export class Preparer {
  private readonly tries = new Map<number, number>();
  /** What is being prepared, by connection and statement: everything in flight may be forgotten at once. */
  private readonly underWay = new WeakMap<Connection, Map<string, Promise<PreparedStatement>>>();

  constructor(
    private readonly handler: HotHandler,
    private readonly timeoutMs: number,
  ) {}

  async again(connection: Connection, slot: number, { statements }: RequestFrame): Promise<void> {
    const tries = (this.tries.get(slot) ?? 0) + 1;
    this.tries.set(slot, tries);
    if (tries > MAX_UNPREPARED) {
      this.tries.delete(slot);
      this.handler.onError(slot, INVALID, `the server forgot the statement ${MAX_UNPREPARED} times in a row`);
      return this.handler.onTurn();
    }
    try {
      for (const { cql } of statements) await this.prepare(connection, cql);
      this.handler.onRetry(slot);
    } catch (error) {
      this.tries.delete(slot);
      this.handler.onError(slot, failureOf(connection, error), error instanceof Error ? error.message : String(error));
    }
    this.handler.onTurn();
  }

  forgetTries(): void {
    this.tries.clear();
  }

  private prepare(connection: Connection, cql: string): Promise<PreparedStatement> {
    const all = this.underWay.get(connection) ?? new Map<string, Promise<PreparedStatement>>();
    this.underWay.set(connection, all);
    const begun = all.get(cql);
    if (begun) return begun;
    const prepared = prepareOn(connection, cql, this.timeoutMs).finally(() => all.delete(cql));
    all.set(cql, prepared);
    return prepared;
  }
}

function failureOf(connection: Connection, error: unknown): number {
  if (error instanceof ServerError) return outcomeOf(error);
  return connection.closed ? CONNECTION_LOST : CLIENT_TIMEOUT;
}
