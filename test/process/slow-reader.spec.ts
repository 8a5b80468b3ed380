import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Run } from '#libs/contract/run.js';
import { NOON_MS, startTestApi } from '../api-server.js';

describe('a reader that does not read', () => {
  it('holds up its own stream, not the memory of the service, and misses nothing', async () => {
    const api = await startTestApi();
    try {
      const answer = await api.post('/v1/runs', {
        kind: 'stress',
        target: { contactPoints: ['127.0.0.1'] },
        spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
      });
      const { id } = Run.parse(answer.json);
      const lineCount = 8000;
      const message = 'x'.repeat(4000);
      for (let from = 0; from < lineCount; from += 500) {
        const line = { atMs: NOON_MS, level: 'info', source: 'api', message } as const;
        await api.store.log.add(
          id,
          Array.from({ length: 500 }, () => line),
        );
      }
      await api.post(`/v1/runs/${id}/cancel`);
      const { log } = api.store;
      const original = log.read.bind(log);
      let linesRead = 0;
      log.read = async (...args) => {
        const page = await original(...args);
        linesRead += page.length;
        return page;
      };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(`${api.url}/v1/runs/${id}/events`, resolve).on('error', reject).end();
      });
      // Nobody reads yet: the service fills the buffers in between, then waits.
      const settled = async (): Promise<number> => {
        const before = linesRead;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return before === linesRead && linesRead > 0 ? linesRead : settled();
      };
      expect(await settled()).toBeLessThan(lineCount);
      response.setEncoding('utf8');
      let received = 0;
      let rest = '';
      for await (const chunk of response) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        received += lines.filter((line) => line === 'event: log').length;
      }
      expect(received).toBeGreaterThanOrEqual(lineCount);
      expect(linesRead).toBe(received);
    } finally {
      await api.close();
    }
  });
});
