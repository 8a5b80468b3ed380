import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from '#libs/client/schema.js';
import { compareClocks } from './clock.js';

export type Schemas = components['schemas'];
export type Run = Schemas['Run'];

/** An answer that is a problem document, or no answer at all. */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly issues: readonly Schemas['Issue'][] = [],
  ) {
    super(message);
  }
}

const KEY = 'tidemark.key';

/** The API that has served this page, and the key that its reader has given. */
export class Connection {
  readonly client: Client<paths>;
  /** Called when a call was refused for want of a key. */
  onKeyWanted: () => void = () => undefined;

  constructor(
    /** Where the page lies, so that a proxy may put it below a path. Ends with a slash. */
    readonly baseUrl: string,
    private readonly storage: Storage,
  ) {
    this.client = createClient<paths>({ baseUrl: baseUrl.replace(/\/$/, '') });
    this.client.use({
      onRequest: ({ request }) => {
        for (const [name, value] of Object.entries(this.headers())) request.headers.set(name, value);
        return request;
      },
      onResponse: ({ response }) => compareClocks(response.headers.get('date')),
    });
  }

  get key(): string | null {
    return this.storage.getItem(KEY);
  }

  set key(key: string | null) {
    if (key === null) this.storage.removeItem(KEY);
    else this.storage.setItem(KEY, key);
  }

  headers(): Record<string, string> {
    const { key } = this;
    return key === null ? {} : { authorization: `Bearer ${key}` };
  }

  url(path: string): string {
    return new URL(path.replace(/^\//, ''), this.baseUrl).href;
  }

  /** The data of an answer. Throws ApiProblem. */
  async ask<Data>(answer: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
    const { data, error, response } = await answer.catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (response.ok && data !== undefined) return data;
    throw this.problem(error, response.status);
  }

  /** A call whose answer has no body. Throws ApiProblem. */
  async done(answer: Promise<{ error?: unknown; response: Response }>): Promise<void> {
    const { error, response } = await answer.catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (!response.ok) throw this.problem(error, response.status);
  }

  /** A call that the document does not type: streams, files. Throws ApiProblem. */
  async fetch(
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const headers = { ...this.headers(), ...init.headers };
    const response = await fetch(this.url(path), { ...init, headers }).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    if (response.ok) return response;
    throw this.problem(parseJson(await response.text()), response.status);
  }

  private problem(body: unknown, status: number): ApiProblem {
    if (status === 401) this.onKeyWanted();
    const document = typeof body === 'string' ? parseJson(body) : body;
    if (!isProblem(document)) return new ApiProblem('INTERNAL', status, `The service answered ${status}.`);
    return new ApiProblem(document.code, status, document.detail, document.errors ?? []);
  }
}

const isProblem = (body: unknown): body is Schemas['Problem'] =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === 'AbortError') return cause;
  return new ApiProblem('UNREACHABLE', 0, 'The service does not answer; it may be restarting.');
}
