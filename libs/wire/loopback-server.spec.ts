import { expect, it } from 'vitest';
import { jsonReply, serveLoopback } from './loopback-server.js';

it('answers with what it was asked, and cuts the connection of an answer that fails', async () => {
  const server = await serveLoopback(async ({ method, path, headers, body }) => {
    if (path === '/cut') return 'cut';
    if (path === '/broken') throw new Error('broken');
    return jsonReply(201, { method, path, body, token: headers.authorization });
  }, 0);
  try {
    const headers = { authorization: 'Bearer x' };
    const answer = await fetch(`${server.url}/a?b`, { method: 'POST', body: 'text', headers });
    expect([answer.status, await answer.json()]).toEqual([
      201,
      { method: 'POST', path: '/a?b', body: 'text', token: 'Bearer x' },
    ]);
    for (const path of ['cut', 'broken']) await expect(fetch(`${server.url}/${path}`)).rejects.toThrow('fetch failed');
    await expect(serveLoopback(async () => 'cut', Number(new URL(server.url).port))).rejects.toThrow('EADDRINUSE');
  } finally {
    await server.close();
  }
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
});
