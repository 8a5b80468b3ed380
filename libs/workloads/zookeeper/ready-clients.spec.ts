import { describe, expect, it } from 'vitest';
import { ReadyClients } from './ready-clients.js';

const taken = (ready: ReadyClients, nowNs: number): number[] => {
  const clients: number[] = [];
  for (let client = ready.take(nowNs); client >= 0; client = ready.take(nowNs)) clients.push(client);
  return clients;
};

describe('ReadyClients', () => {
  it('hands out who is connected, each as often as it may have operations, the longest waiting first', () => {
    const ready = new ReadyClients(3, 2);
    expect(taken(ready, 0)).toEqual([]);
    for (const client of [1, 0]) ready.back(client);
    expect(taken(ready, 0)).toEqual([1, 1, 0, 0]);
    ready.add(0);
    ready.add(1);
    expect(taken(ready, 0)).toEqual([0, 1]);
  });

  it('lets pauses end in the order of their times, whatever the order in which they began', () => {
    const ready = new ReadyClients(50, 1);
    for (let client = 0; client < 50; client++) ready.back(client);
    expect(taken(ready, 0)).toHaveLength(50);
    for (let client = 0; client < 50; client++) ready.addAt(client, ((client * 37) % 50) + 1);
    expect(ready.nextNs).toBe(1);
    const order = [...taken(ready, 25), ...taken(ready, 50)];
    expect(order.map((client) => ((client * 37) % 50) + 1)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(ready.nextNs).toBe(Infinity);
  });

  it('keeps the turns of a client that is away, wherever they stood, until it is back', () => {
    const ready = new ReadyClients(2, 3);
    ready.back(0);
    ready.back(1);
    expect(ready.take(0)).toBe(0);
    ready.addAt(0, 5);
    ready.leave(0);
    expect(taken(ready, 10)).toEqual([1, 1, 1]);
    ready.back(0);
    expect(taken(ready, 10)).toEqual([0, 0, 0]);
  });
});
