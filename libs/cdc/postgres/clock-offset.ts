import type { Clock } from '#libs/load/clock.js';
import type { Cell } from './sink-client.js';

const ROUND_TRIPS = 20;
const ASK = 'SELECT extract(epoch from clock_timestamp())::float8 * 1000';

export interface ClockOffset {
  /** PostgreSQL's clock less ours, milliseconds. */
  offsetMs: number;
  /** Half of the quickest round trip: the offset cannot be wrong by more. */
  errorMs: number;
}

/**
 * How far PostgreSQL's clock is before ours: its answer of the quickest of some round trips, less the middle of that round
 * trip (Cristian's algorithm).
 */
export async function clockOffset(
  ask: (text: string) => Promise<Cell[][]>,
  clock: Pick<Clock, 'nowNs' | 'toEpochMs'>,
  roundTrips = ROUND_TRIPS,
): Promise<ClockOffset> {
  let best: ClockOffset = { offsetMs: 0, errorMs: Infinity };
  for (let trip = 0; trip < roundTrips; trip++) {
    const beganNs = clock.nowNs();
    const [row] = await ask(ASK);
    const endedNs = clock.nowNs();
    const errorMs = (endedNs - beganNs) / 2 / 1e6;
    if (errorMs < best.errorMs)
      best = { offsetMs: Number(row?.[0]) - clock.toEpochMs((beganNs + endedNs) / 2), errorMs };
  }
  return best;
}
