import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { parseExecutorConfig } from './config.js';

describe('the executor’s settings', () => {
  it('have a default for everything but the name, which is given by the process', () => {
    expect(parseExecutorConfig({}, 'host-1')).toEqual({
      id: 'host-1',
      labels: {},
      spoolDir: './.tidemark/spool',
      dataDir: './.tidemark/data',
      searchPath: '',
      leaseMs: 10_000,
      beatMs: 200,
      pollMs: 200,
      startDelayMs: 750,
      drainMs: 5_000,
      databaseUrl: 'sqlite:./.tidemark/tidemark.db',
      redisUrl: undefined,
      redisPrefix: 'tidemark',
      secretKey: undefined,
      metrics: undefined,
      logLevel: 'warn',
      logFormat: 'json',
      otlpUrl: undefined,
    });
  });

  it('take labels as name=value, separated by commas', () => {
    const { labels } = parseExecutorConfig({ TIDEMARK_EXECUTOR_LABELS: ' region=eu-1 ,disk=, a=b=c ' }, 'x');
    expect(labels).toEqual({ region: 'eu-1', disk: '', a: 'b=c' });
  });

  it('take the key as bytes', () => {
    expect(parseExecutorConfig({ TIDEMARK_SECRET_KEY: '0f'.repeat(32) }, 'x').secretKey).toEqual(
      Buffer.alloc(32, 0x0f),
    );
  });

  it.each([
    [{ TIDEMARK_EXECUTOR_LABELS: 'a,b=1,b=2' }, ['expected name=value, found "a"', 'expected "b" once']],
    [
      { TIDEMARK_LEASE_MS: '1000', TIDEMARK_BEAT_MS: '500' },
      ['at most a third of TIDEMARK_LEASE_MS (1000), found 500'],
    ],
    [
      { TIDEMARK_EXECUTOR_ID: 'a b', TIDEMARK_POLL_MS: '-1' },
      ['TIDEMARK_EXECUTOR_ID: expected', 'TIDEMARK_POLL_MS: exp'],
    ],
  ])('%j is refused with every problem', (environment, parts) => {
    let message = '';
    try {
      parseExecutorConfig(environment, 'x');
    } catch (error) {
      if (error instanceof CodedError) message = error.message;
    }
    for (const part of parts) expect(message).toContain(part);
  });

  it('answer metrics on loopback, or elsewhere with a token', () => {
    const metrics = (more: Record<string, string>) =>
      parseExecutorConfig({ TIDEMARK_METRICS_PORT: '9464', ...more }, 'x').metrics;
    expect(metrics({})).toEqual({ host: '127.0.0.1', port: 9464, token: undefined });
    const token = 'a-token-of-16-or-more';
    expect(metrics({ TIDEMARK_METRICS_HOST: '0.0.0.0', TIDEMARK_METRICS_TOKEN: token })).toEqual({
      host: '0.0.0.0',
      port: 9464,
      token,
    });
    expect(() => metrics({ TIDEMARK_METRICS_HOST: '0.0.0.0' })).toThrow(
      'TIDEMARK_METRICS_HOST: 0.0.0.0 can be reached from other machines; set TIDEMARK_METRICS_TOKEN',
    );
  });

  it('send spans where OpenTelemetry’s own variable says, too', () => {
    const url = (environment: Record<string, string>) => parseExecutorConfig(environment, 'x').otlpUrl;
    expect(url({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' })).toBe('http://a:4318');
    expect(url({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318', TIDEMARK_OTLP_URL: 'http://b' })).toBe('http://b');
  });
});
