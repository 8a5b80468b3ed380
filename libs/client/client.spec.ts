import { expect, it } from 'vitest';
import { authorization, dataOf, isPassing, trimmed } from './client.js';

it('the data of an answer is its body; a problem is thrown with its code, sentence and issues', async () => {
  const response = new Response();
  expect(await dataOf(Promise.resolve({ data: 5, response }))).toBe(5);
  const error = {
    type: 'urn:tidemark:problem:RUN_NOT_FOUND',
    title: 'Run not found',
    status: 404,
    code: 'RUN_NOT_FOUND',
    detail: 'There is no run 7.',
    errors: [{ path: 'id', message: 'found 7' }],
  };
  await expect(dataOf(Promise.resolve({ error, response }))).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: 'There is no run 7.',
    issues: [{ path: 'id', message: 'found 7' }],
  });
});

it('an answer that is not Tidemark’s says so, and whether a server is behind it', async () => {
  const answer = (status: number) => ({ error: '<html>', response: new Response('<html>', { status }) });
  const found = async (status: number) => dataOf(Promise.resolve(answer(status))).catch((error: unknown) => error);
  expect(await found(404)).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('answered 404') });
  expect(await found(502)).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('answered 502'),
  });
  expect(isPassing(await found(404))).toBe(false);
  expect(isPassing(await found(503))).toBe(true);
  expect(isPassing(new TypeError('fetch failed'))).toBe(true);
});

it('the base URL may end with a slash, and a key is sent as a bearer', () => {
  expect(trimmed('http://127.0.0.1:8480//')).toBe('http://127.0.0.1:8480');
  expect(authorization('key')).toEqual({ authorization: 'Bearer key' });
  expect(authorization(undefined)).toEqual({});
});
