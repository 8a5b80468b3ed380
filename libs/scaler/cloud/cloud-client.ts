import type { Clock } from '#libs/load/clock.js';
import { callWithin } from '#libs/wire/call-within.js';
import { causeOf, wasSent } from '../http-cause.js';
import { readCloudAnswer } from './cloud-answer.js';
import { CloudError, codeNumber, THROTTLED } from './cloud-error.js';

export interface CloudClientOptions {
  apiBase: string;
  token: string;
  requestTimeoutMs: number;
  /** Before the first repetition of a GET; doubled with each. */
  firstPauseMs: number;
  clock: Clock;
  fetch: typeof globalThis.fetch;
}

const TRIES = 5;
const LONGEST_PAUSE_MS = 60_000;
/** The part of an answer that is read. */
const MOST_CHARACTERS = 1 << 20;
const PASSING: ReadonlySet<number> = new Set([408, 423, 425, 429, 500, 502, 503, 504]);
/** Calls of the API. A GET is repeated while that may help; a POST never. No error holds the token. */
export class CloudClient {
  constructor(private readonly options: CloudClientOptions) {}

  /** The `data` of the answer, keys in small letters. Throws CloudError. */
  async get(path: string, signal: AbortSignal): Promise<unknown> {
    let pauseMs = this.options.firstPauseMs;
    for (let tries = 1; ; tries++) {
      try {
        return await this.call('GET', path, undefined, signal);
      } catch (error) {
        if (!(error instanceof CloudError) || tries >= TRIES || !mayPass(error)) throw error;
      }
      await this.options.clock.sleep(pauseMs, signal);
      signal.throwIfAborted();
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Once. Throws CloudError. */
  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    return this.call('POST', path, body, signal);
  }

  private async call(method: 'GET' | 'POST', path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { apiBase, token, requestTimeoutMs, fetch } = this.options;
    const url = `${apiBase.replace(/\/+$/, '')}${path}`;
    const named = `${method} ${path}`;
    let status: number;
    let text: string;
    try {
      ({ status, text } = await callWithin(requestTimeoutMs, signal, async (within) => {
        const response = await fetch(url, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          // Elsewhere nobody may learn the token.
          redirect: 'manual',
          signal: within,
        });
        return { status: response.status, text: (await response.text()).slice(0, MOST_CHARACTERS) };
      }));
    } catch (error) {
      signal.throwIfAborted();
      throw new CloudError(
        { kind: wasSent(error) ? 'lost' : 'unsent', cause: this.withoutToken(causeOf(error)) },
        named,
      );
    }
    const answer = readCloudAnswer(status, this.withoutToken(text));
    if (answer.kind === 'data') return answer.data;
    throw new CloudError(answer, named);
  }

  /** A server may repeat what it was sent. */
  private withoutToken(text: string): string {
    return text.replaceAll(this.options.token, '…');
  }
}

function mayPass({ answer }: CloudError): boolean {
  if (answer.kind === 'error')
    return codeNumber(answer.code) === THROTTLED || (PASSING.has(answer.status) && answer.status !== 500);
  return answer.kind === 'unreadable' ? PASSING.has(answer.status) || answer.status === 200 : true;
}
