import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Request, Response } from 'express';
import { CodedError } from '#libs/contract/problem.js';
import { isEnded } from '#libs/contract/status.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { type Caller, callerOf } from '../keys/caller.js';
import { Keys } from '../keys/keys.service.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectConfig, InjectStore } from '../tokens.js';
import { type EventPosition, parsePosition } from './event-position.js';
import { eventsSince, type SentEvent } from './run-events.js';
import { mergedRows } from './interval-rows.js';

/** How often the store is asked for news. */
const POLL_MS = 250;
/** Proxies cut connections that are silent for half a minute or more. */
const HEARTBEAT_MS = 10_000;
/** How long a stream may outlive its key. */
const KEY_CHECK_MS = 2_000;

/** Server-sent events of runs. Every stream pulls: an event is read from the store only when the last one has left. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly logger = new Logger('events');
  private readonly open = new Map<AbortController, Caller | undefined>();
  private isChecking = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    private readonly runs: RunsService,
    private readonly keys: Keys,
  ) {}

  beforeApplicationShutdown(): void {
    for (const stream of this.open.keys()) stream.abort();
  }

  /** Ends the streams of keys that were revoked or have expired, also those whose reader is slow. */
  @Interval(KEY_CHECK_MS)
  async endRevoked(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    const holds = new Map<string, boolean>();
    try {
      for (const [stream, caller] of this.open) {
        if (caller === undefined) continue;
        const who = caller.keyId ?? caller.actor;
        const held = holds.get(who) ?? (await this.keys.stillHolds(caller));
        holds.set(who, held);
        if (!held) stream.abort();
      }
    } catch (error) {
      this.logger.error(`The keys of event streams are looked at again in ${KEY_CHECK_MS} ms: ${String(error)}`);
    } finally {
      this.isChecking = false;
    }
  }

  /** Answers until the run's end was sent, the caller leaves, its key is revoked or expires, or the service stops. */
  async answer(runId: string, request: Request, response: Response): Promise<void> {
    const position = parsePosition(request.get('last-event-id'));
    const run = await this.runs.require(runId);
    if (isEnded(run.status) && position.statuses >= run.statusHistory.length) {
      // A browser that was told everything asks again by itself; 204 is how it learns to stop.
      response.status(204).end();
      return;
    }
    if (this.open.size >= this.config.maxEventStreams)
      throw new CodedError(
        'TOO_MANY_REQUESTS',
        `${this.open.size} event streams are open (TIDEMARK_MAX_EVENT_STREAMS); close some or try again later.`,
      );
    const stream = new AbortController();
    this.open.set(stream, callerOf(request));
    response.once('close', () => stream.abort());
    response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    response.flushHeaders();
    try {
      await this.follow(runId, position, response, stream.signal);
    } catch (error) {
      if (!stream.signal.aborted) throw error;
    } finally {
      this.open.delete(stream);
      response.end();
    }
  }

  private async follow(runId: string, start: EventPosition, response: Response, signal: AbortSignal): Promise<void> {
    let position = start;
    let silentMs = 0;
    while (!signal.aborted) {
      const run = await this.store.runs.find(runId);
      if (run === null) return;
      const events = eventsSince(this.store, run, position, mergedRows);
      let next = await events.next();
      while (next.done !== true) {
        await write(response, format(next.value), signal);
        silentMs = 0;
        next = await events.next();
      }
      if (next.value.ended) return;
      position = next.value.position;
      if (silentMs >= HEARTBEAT_MS) await write(response, ': waiting\n\n', signal);
      silentMs = silentMs >= HEARTBEAT_MS ? 0 : silentMs + POLL_MS;
      await sleep(POLL_MS, undefined, { signal });
    }
  }
}

const format = ({ id, event }: SentEvent): string =>
  `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;

/** Waits while the reader is slower than the run, so that nothing piles up for it. Rejects when `signal` aborts. */
async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', { signal });
  signal.throwIfAborted();
}
