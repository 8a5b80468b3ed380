import createClient, { type Client } from 'openapi-fetch';
import { CodedError, Problem } from '#libs/contract/problem.js';
import type { paths } from './schema.js';

export type TidemarkClient = Client<paths>;

/** A client of the API, typed by its OpenAPI document. `baseUrl` such as http://127.0.0.1:8480. */
export const createTidemarkClient = (baseUrl: string, apiKey?: string): TidemarkClient =>
  createClient<paths>({ baseUrl: trimmed(baseUrl), headers: authorization(apiKey) });

export const trimmed = (baseUrl: string): string => baseUrl.replace(/\/+$/, '');

export const authorization = (apiKey: string | undefined): Record<string, string> =>
  apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };

/** The data of an answer. Throws the answered problem as CodedError, and INTERNAL for an answer that is no problem document. */
export async function dataOf<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  if (data !== undefined) return data;
  throw problemOf(error, response);
}

/** A call whose answer has no body. Throws like `dataOf`. */
export async function done(answer: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await answer;
  if (!response.ok) throw problemOf(error, response);
}

/**
 * An error answer as CodedError. What stands before a server answers for it while it is away, in words of its own: that
 * is STORE_UNAVAILABLE, as the server itself would say.
 */
export function problemOf(body: unknown, response: Response): CodedError {
  const problem = Problem.safeParse(body);
  if (problem.success) return new CodedError(problem.data.code, problem.data.detail, problem.data.errors);
  const { status, url } = response;
  return status >= 502 && status <= 504
    ? new CodedError('STORE_UNAVAILABLE', `${url} answered ${status}: the server behind it does not answer.`)
    : new CodedError(
        'INTERNAL',
        `${url} answered ${status}, which is no answer of Tidemark's; check the server's URL.`,
      );
}

/** Whether the same call may be answered a moment later: nobody answered, or the server has too much to do. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof CodedError) || error.code === 'STORE_UNAVAILABLE' || error.code === 'TOO_MANY_REQUESTS';
