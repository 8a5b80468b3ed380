import { describe, expect, it } from 'vitest';
import { Aimd } from '#libs/load/aimd.js';
import { mergePacing } from '#libs/stats/pacing.js';
import { LanePacing } from './lane-pacing.js';

function lane() {
  const aimd = new Aimd({
    min: 1,
    max: 16,
    increase: 1,
    decrease: 0.5,
    firstBackoffNs: 1,
    longestBackoffNs: 1,
    random: () => 0,
  });
  const [pool, batches, reads] = [{ size: 0 }, { onWire: 0 }, { verified: 0 }];
  return { aimd, pool, batches, reads, pacing: new LanePacing({ aimd, pool, batches, reads, isReading: () => true }) };
}

describe('the pacing of a lane', () => {
  it('has every verified read once, however writers and readers cut their intervals', () => {
    const { aimd, pool, batches, reads, pacing } = lane();
    [pool.size, batches.onWire, reads.verified] = [100, 12, 3];
    aimd.refused(0, 1);
    const writers = pacing.ofWriters(0);
    // One more is answered before the readers' cut.
    reads.verified = 4;
    const first = mergePacing([writers, pacing.ofReaders(0, false)]);
    expect(first).toMatchObject({ limit: 8, lowest: 8, decreases: 1, inFlight: 12, poolKeys: 100, verified: 4 });
    // The writers end before the last answers of readers: in the interval that both have, and in one of the readers alone.
    const last = pacing.ofWriters(1);
    reads.verified = 9;
    expect(mergePacing([last, pacing.ofReaders(1, true)])).toMatchObject({ limit: 8, poolKeys: 100, verified: 5 });
    reads.verified = 10;
    expect(pacing.ofReaders(2, true)).toMatchObject({ limit: 8, lowest: 8, poolKeys: 100, verified: 1 });
    expect(pacing.totals()).toEqual({ limitLowest: 8, limitDecreases: 1 });
  });
});
