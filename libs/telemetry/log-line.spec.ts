import { describe, expect, it } from 'vitest';
import { logWriter, type LogFormat, type LogThreshold } from './log-line.js';

const written = (format: LogFormat, threshold: LogThreshold, message: string): string => {
  let text = '';
  const write = logWriter(format, threshold, (line) => (text += line));
  write({ atMs: 0, level: 'info', executor: 'e-1', run: 'r-1', correlationId: 'c-1', message });
  return text;
};

describe('a line of the log', () => {
  it('is one JSON object with the run and the correlation id', () => {
    expect(JSON.parse(written('json', 'log', 'a "b"\nc'))).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      executor: 'e-1',
      run: 'r-1',
      correlationId: 'c-1',
      message: 'a "b"\nc',
    });
  });

  it('is one line of text for people', () => {
    expect(written('text', 'log', 'a\n  b')).toBe(
      '1970-01-01T00:00:00.000Z INFO  executor=e-1 run=r-1 correlationId=c-1 a | b\n',
    );
  });

  it('is not written when nobody asked for its level', () => {
    expect(written('json', 'warn', 'a')).toBe('');
    expect(written('json', 'debug', 'a')).not.toBe('');
  });

  it.each([
    ['cannot open postgres://ann:hunter2@db:5432/x', 'hunter2'],
    ['cannot open postgres://ann:p@ss@db:5432/x', 'p@ss'],
    ['authorization: Bearer abcdef123456', 'abcdef123456'],
    ['-mode native cql3 user=ann password=hunter2 -node a', 'hunter2'],
    ['{"password": "with \\" quote and hunter2", "a": 1}', 'hunter2'],
    ['TIDEMARK_API_KEY=hunter2hunter2', 'hunter2'],
    ["secret: 'two words'", 'two words'],
    ['-----BEGIN PRIVATE KEY-----\nMIIhunter2\n-----END PRIVATE KEY-----', 'hunter2'],
  ])('never has a secret: %s', (message, secret) => {
    for (const format of ['json', 'text'] as const) {
      const text = written(format, 'log', message);
      expect(text).not.toContain(secret);
      expect(text).toContain('…');
    }
  });

  it('keeps what is no secret', () => {
    expect(written('text', 'log', 'connect ECONNREFUSED 127.0.0.1:9042, see http://a/b?c=d@e')).toContain(
      'connect ECONNREFUSED 127.0.0.1:9042, see http://a/b?c=d@e',
    );
  });
});
