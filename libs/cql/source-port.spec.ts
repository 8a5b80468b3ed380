import { describe, expect, it } from 'vitest';
import { isPortTaken, sourcePorts } from './source-port.js';

describe('sourcePorts', () => {
  it.each([
    [1, 0],
    [2, 1],
    [7, 3],
    [12, 11],
    [96, 0],
    [4096, 4095],
  ])('of %d shards all lead to shard %d, are for clients and differ', (shards, shard) => {
    for (const random of [0, 0.5, 0.999_999]) {
      const ports = [...sourcePorts(shards, shard, random)];
      expect(new Set(ports.map((port) => port % shards))).toEqual(new Set([shard]));
      expect(new Set(ports).size).toBe(ports.length);
      expect(ports.length).toBeGreaterThanOrEqual(3);
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(49_152);
      expect(Math.max(...ports)).toBeLessThanOrEqual(65_535);
    }
  });
});

describe('isPortTaken', () => {
  it.each([
    ['EADDRINUSE', true],
    ['EADDRNOTAVAIL', true],
    ['ECONNREFUSED', false],
  ])('%s: %s', (code, taken) => {
    expect(isPortTaken(Object.assign(new Error('connect'), { code }))).toBe(taken);
  });
});
