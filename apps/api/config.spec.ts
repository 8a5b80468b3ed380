import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { describeSettings } from '#libs/contract/settings.js';
import { ApiSettings, parseApiConfig } from './config.js';

const problemsOf = (environment: Record<string, string>) => {
  try {
    parseApiConfig(environment);
  } catch (error) {
    if (error instanceof CodedError) return error.issues;
    throw error;
  }
  return [];
};

describe('the API settings', () => {
  it('listen on loopback port 8480 with an SQLite file when nothing is set', () => {
    expect(parseApiConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8480,
      apiKey: undefined,
      targetNetworks: ['127.0.0.0/8', '::1/128'],
      maxBodyBytes: 1_048_576,
      databaseUrl: 'sqlite:./.tidemark/tidemark.db',
    });
  });

  it('report every problem at once, by variable', () => {
    const problems = problemsOf({
      TIDEMARK_PORT: '70000',
      TIDEMARK_API_KEY: 'short',
      TIDEMARK_SECRET_KEY: 'no hex',
      TIDEMARK_DATABASE_URL: 'mysql://x',
    });
    expect(problems.map(({ path }) => path).toSorted()).toEqual([
      'TIDEMARK_API_KEY',
      'TIDEMARK_DATABASE_URL',
      'TIDEMARK_PORT',
      'TIDEMARK_SECRET_KEY',
    ]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'tidemark.example'])('refuse to listen on %s without a key', (host) => {
    expect(problemsOf({ TIDEMARK_HOST: host })).toEqual([
      {
        path: 'TIDEMARK_HOST',
        message: `${host} can be reached from other machines; set TIDEMARK_API_KEY or listen on 127.0.0.1`,
      },
    ]);
    expect(problemsOf({ TIDEMARK_HOST: host, TIDEMARK_API_KEY: '0123456789abcdef' })).toEqual([]);
  });

  it.each(['127.0.0.1', '127.0.0.9', '::1', 'localhost'])('listen on %s without a key', (host) => {
    expect(problemsOf({ TIDEMARK_HOST: host })).toEqual([]);
  });

  it('refuse networks that are none', () => {
    expect(problemsOf({ TIDEMARK_TARGET_NETWORKS: '10.0.0.0/8, 10.0.0.0/40,cluster' })).toEqual([
      { path: 'TIDEMARK_TARGET_NETWORKS', message: 'expected networks such as 10.0.0.0/8, found "10.0.0.0/40"' },
      { path: 'TIDEMARK_TARGET_NETWORKS', message: 'expected networks such as 10.0.0.0/8, found "cluster"' },
    ]);
  });

  it('count an empty variable as absent', () => {
    expect(parseApiConfig({ TIDEMARK_PORT: '', TIDEMARK_API_KEY: '' })).toMatchObject({
      port: 8480,
      apiKey: undefined,
    });
  });

  it('are all described, and named TIDEMARK_* or as OpenTelemetry has it', () => {
    for (const { variable, description } of describeSettings(ApiSettings)) {
      expect(variable).toMatch(/^(TIDEMARK_[A-Z0-9_]+|OTEL_EXPORTER_OTLP_ENDPOINT)$/);
      expect(description, variable).not.toBe('');
    }
    expect(describeSettings(ApiSettings)).toContainEqual({
      variable: 'TIDEMARK_PORT',
      description: 'Port to listen on; 0 takes a free one',
      default: '8480',
    });
  });
});
