import { RunEvent } from '#libs/contract/event.js';
import { authorization, problemOf, trimmed } from './client.js';

export interface FollowOptions {
  apiKey?: string | undefined;
  /** Where to go on: the `id` of the last event that was seen. */
  lastEventId?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface FollowedEvent {
  id: string;
  event: RunEvent;
}

/**
 * A run's events, from its first or from after `lastEventId`, until the run has ended. Throws CodedError for a problem
 * and what fetch throws when the connection is lost; the caller may then go on from the last id.
 */
export async function* followRun(
  baseUrl: string,
  runId: string,
  { apiKey, lastEventId, signal }: FollowOptions = {},
): AsyncGenerator<FollowedEvent, void, undefined> {
  const response = await fetch(`${trimmed(baseUrl)}/v1/runs/${encodeURIComponent(runId)}/events`, {
    headers: {
      accept: 'text/event-stream',
      ...authorization(apiKey),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 204) return;
  if (!response.ok || response.body === null) {
    const text = await response.text();
    throw problemOf(parseJson(text), response);
  }
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) yield event;
    }
  }
}

/** One block of a `text/event-stream`; undefined for heartbeats and for events of a newer server. */
export function parseEvent(block: string): FollowedEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const match = /^(\w+): ?(.*)$/.exec(line);
    if (match?.[1] !== undefined) fields.set(match[1], [fields.get(match[1]), match[2]].filter(Boolean).join('\n'));
  }
  const parsed = RunEvent.safeParse({ type: fields.get('event'), data: parseJson(fields.get('data') ?? '') });
  return parsed.success ? { id: fields.get('id') ?? '', event: parsed.data } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
