import { OUTCOMES, type Outcome } from '#libs/contract/outcome.js';
import { systemClock } from '#libs/load/clock.js';
import type { HotHandler } from './hot-handler.js';
import type { RequestFrame } from './request-frame.js';
import { WireSession } from './session.js';
import type { SessionOptions } from './session-options.js';

export interface SampleAnswer {
  outcome: Outcome;
  /** Body of a rows result, copied. */
  rows?: Buffer;
  message?: string | undefined;
}

/** A session for tests: one promise for each operation, and every answer of every slot in order. */
export class SampleSession implements HotHandler {
  readonly log: string[] = [];
  /** All answers that came, by slot. */
  readonly answers = new Map<number, SampleAnswer[]>();
  retries = 0;
  private readonly waiting = new Map<number, { frame: RequestFrame; resolve: (answer: SampleAnswer) => void }>();
  private opened: WireSession | undefined;

  static async connect(contactPoint: string, options: Partial<SessionOptions> = {}): Promise<SampleSession> {
    const [host = '', port = ''] = contactPoint.split(':');
    const sample = new SampleSession();
    sample.opened = await WireSession.connect({
      contactPoints: [{ host, port: Number(port) }],
      connectTimeoutMs: 1000,
      requestTimeoutMs: 2000,
      controlTimeoutMs: 1000,
      connectionsPerNode: 1,
      shardAware: true,
      nowNs: () => systemClock.nowNs(),
      inFlightPerConnection: 128,
      handler: sample,
      log: (level, message) => void sample.log.push(`${level}: ${message}`),
      ...options,
    });
    return sample;
  }

  get session(): WireSession {
    if (!this.opened) throw new Error('not connected');
    return this.opened;
  }

  /** Sends a whole frame in `slot`, and answers what came back. */
  send(slot: number, frame: RequestFrame, key?: Buffer): Promise<SampleAnswer> {
    return new Promise((resolve) => {
      this.waiting.set(slot, { frame, resolve });
      this.begin(slot, frame, key);
    });
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private begin(slot: number, frame: RequestFrame, key?: Buffer): void {
    if (key && this.session.routes) this.session.route(key, 0, key.length);
    const at = this.session.begin(slot, frame);
    if (at < 0) return this.end(slot, { outcome: at === -1 ? 'noHost' : 'other', message: `begin answered ${at}` });
    this.session.flush();
  }

  private end(slot: number, answer: SampleAnswer): void {
    const all = this.answers.get(slot) ?? [];
    this.answers.set(slot, [...all, answer]);
    this.waiting.get(slot)?.resolve(answer);
    this.waiting.delete(slot);
  }

  onVoid(slot: number): void {
    this.end(slot, { outcome: 'ok' });
  }
  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    this.end(slot, { outcome: 'ok', rows: Buffer.from(buffer.subarray(start, end)) });
  }
  onError(slot: number, outcome: number, message: string | undefined): void {
    this.end(slot, { outcome: OUTCOMES[outcome] ?? 'other', message });
  }
  onRetry(slot: number): void {
    this.retries++;
    const waiting = this.waiting.get(slot);
    if (waiting) this.begin(slot, waiting.frame);
  }
  onTurn(): void {}
}
