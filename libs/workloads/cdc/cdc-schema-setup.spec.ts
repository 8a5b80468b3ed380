import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Target } from '#libs/contract/target.js';
import { startSimulator, type Simulator } from '#libs/cql-sim/simulator.js';
import { WireSession } from '#libs/cql/session.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { connectionOf } from './cdc-connection.js';
import { CdcSpec } from './cdc.schema.js';
import { createSource } from './cdc-schema-setup.js';

const specOf = (pipeline: CdcSpec['pipeline']['type']): CdcSpec => CdcSpec.parse({ pipeline: { type: pipeline } });

let simulator: Simulator;
let session: WireSession;
beforeEach(async () => {
  simulator = await startSimulator();
  const target = Target.parse({ contactPoints: simulator.contactPoints });
  const options = sessionOptions(
    target,
    { connection: connectionOf(specOf('external')) },
    NO_HOT_OPERATIONS,
    () => undefined,
  );
  session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
});
afterEach(async () => {
  await session.close();
  await simulator.close();
});

/** How long it waited in all. */
async function waitedMs(spec: CdcSpec): Promise<number> {
  let sum = 0;
  await createSource(session, spec, async (ms) => void (sum += ms));
  return sum;
}

describe('the source of a cdc run', () => {
  it('is made once, and a pipeline that is not ours gets the time to hear of a new table', async () => {
    expect(await waitedMs(specOf('external'))).toBeGreaterThanOrEqual(3_000);
    expect(await waitedMs(specOf('external'))).toBe(0);
  });

  it('needs no such time where the pipeline is embedded', async () => {
    expect(await waitedMs(specOf('embedded'))).toBeLessThan(3_000);
  });
});
