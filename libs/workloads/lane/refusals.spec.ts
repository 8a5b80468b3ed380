import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { ALL_FULL, NO_HOST } from '#libs/cql/session.js';
import { Refusals } from './refusals.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Refusals', () => {
  it('tells of each operation once, after the turn, with what helps', async () => {
    const told: string[] = [];
    const refusals = new Refusals({
      onError: (slot, outcome, text) => told.push(`${slot} ${OUTCOMES[outcome]} ${text}`),
      onTurn: () => told.push('turn'),
    });
    refusals.flush();
    await turn();
    expect(told).toEqual([]);
    refusals.add(3, NO_HOST);
    refusals.add(5, ALL_FULL);
    refusals.flush();
    refusals.flush();
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual([
      '3 noHost no node is connected',
      expect.stringMatching(/^5 other every connection .* raise connection.connectionsPerNode/),
      'turn',
    ]);
  });

  it('takes what is refused again while it is told of, for the next turn', async () => {
    const told: number[] = [];
    let tries = 0;
    const refusals: Refusals = new Refusals({
      onError: (slot) => {
        told.push(slot);
        if (++tries > 4) return;
        refusals.add(slot, NO_HOST);
        refusals.flush();
      },
      onTurn: () => undefined,
    });
    refusals.add(1, NO_HOST);
    refusals.add(2, NO_HOST);
    refusals.flush();
    for (let round = 0; round < 5; round++) await turn();
    expect(told).toEqual([1, 2, 1, 2, 1, 2]);
  });
});
