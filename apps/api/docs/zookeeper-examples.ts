import type { Example } from './run-examples.js';

const ensemble = { connectString: '127.0.0.1:2181/bench' };

export const ZOOKEEPER: Record<string, Example> = {
  zookeeper: {
    summary: 'zookeeper: 256 clients that set and get, one in ten, as the Locust harness has it',
    value: {
      kind: 'zookeeper',
      name: 'set and get',
      target: ensemble,
      spec: {
        taskSet: 'set_and_get',
        clients: 256,
        spawnPerSecond: 64,
        waitMs: { min: 150, max: 300 },
        durationMs: 60_000,
        metrics: { intervalMs: 500 },
      },
    },
  },
  zookeeperRate: {
    summary: 'zookeeper: own weights at a fixed rate',
    value: {
      kind: 'zookeeper',
      name: '5,000 operations per second',
      target: ensemble,
      spec: {
        weights: { get: 80, set: 15, exists_watch: 5 },
        clients: 64,
        rate: { model: 'open', ratePerSecond: 5_000 },
        durationMs: 60_000,
      },
    },
  },
};
