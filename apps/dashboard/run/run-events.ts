import { ApiProblem, type Connection, type Schemas } from '../connection.js';
import { pause } from '../polling.js';
import { EventText } from './event-text.js';

export type RunEvent = Schemas['RunEvent'];

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** An event's id that stands before interval `interval` and before all statuses and log lines. */
export const positionBefore = (interval: number): string => `s0-i${interval}.0-l0`;

export interface Follow {
  connection: Connection;
  runId: string;
  /** Where to begin: the id of an event. */
  after: string;
  signal: AbortSignal;
  /** Told of the loss of the connection, and of its return. */
  onConnected: (connected: boolean) => void;
}

/**
 * A run's events until its end was sent or `signal` aborts. By fetch, since an EventSource can carry no key. A connection
 * that is lost is made again, and goes on after the last event that came. Throws ApiProblem where asking again is no use.
 */
export async function* runEvents({ connection, runId, after, signal, onConnected }: Follow): AsyncGenerator<RunEvent> {
  let lastId = after;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': lastId };
      const response = await connection.fetch(`v1/runs/${encodeURIComponent(runId)}/events`, { headers, signal });
      onConnected(true);
      if (response.status === 204 || response.body === null) return;
      for await (const { id, type, data } of eventsOf(response.body)) {
        lastId = id;
        pauseMs = FIRST_PAUSE_MS;
        const event = eventOf(type, data);
        if (event !== undefined) yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      onConnected(false);
    }
    // After a whole stream the service answers 204, and there is nothing more to come.
    await pause(pauseMs, signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>) {
  const text = new EventText();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read())
      yield* text.add(decoder.decode(read.value, { stream: true }));
  } finally {
    reader.releaseLock();
  }
}

/** The service's own answer, so its shape is taken for granted; types of a newer service are left out. */
const eventOf = (type: string, data: unknown): RunEvent | undefined =>
  type === 'status' || type === 'interval' || type === 'log' ? ({ type, data } as RunEvent) : undefined;
