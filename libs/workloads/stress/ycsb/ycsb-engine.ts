import { WireSession } from '#libs/cql/session.js';
import { YCSB_OPERATIONS } from '#libs/front-doors/operation-weights.js';
import { KeyDraw, OperationDraw } from '#libs/front-doors/ycsb-draw.js';
import { rowsOf } from '#libs/front-doors/ycsb.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { doorRetryable } from '../door/door.js';
import { DoorTarget } from '../door/door-target.js';
import type { Engine } from '../engine.js';
import type { FailureNotes } from '../failure-notes.js';
import { sessionOptions } from '../session-options.js';
import { laneRandom, shareOf } from '../stress.source.js';
import type { YcsbSpec } from '../ycsb.schema.js';
import { YcsbRequests } from './ycsb-requests.js';
import { YcsbSource } from './ycsb-source.js';
import { YcsbWork } from './ycsb-work.js';

const NS_PER_MS = 1e6;
/** Which of a lane's random sequences: values, keys, fields and lengths, operations. */
const VALUES = 10;
const KEYS = 11;
const CHOICES = 12;
const OPERATIONS = 13;

export interface YcsbEngineParts {
  input: LaneInput & { kind: 'stress' };
  spec: YcsbSpec;
  notes: FailureNotes;
  log: DriverEvents['log'];
}

/** Operations that the whole run does at most; Infinity when only time ends it. */
function operationsOf({ stop }: YcsbEngineParts['input']['spec'], spec: YcsbSpec): number {
  if (stop.type === 'operations') return stop.count;
  return spec.phase === 'load' ? rowsOf(spec) : (spec.operationCount ?? Infinity);
}

/** Opens a lane of a YCSB run. Throws CodedError or ServerError. */
export async function openYcsbEngine({ input, spec, notes, log }: YcsbEngineParts): Promise<Engine> {
  const { share } = input;
  const plan = input.spec;
  const target = new DoorTarget(notes);
  const session = await WireSession.connect(sessionOptions(input.target, plan, target, log));
  try {
    const requests = await YcsbRequests.prepare(session, plan, spec, laneRandom(plan, share, VALUES));
    const operations = operationsOf(plan, spec);
    const expected = Number.isFinite(operations) ? operations : 0;
    const keys = new KeyDraw(spec, laneRandom(plan, share, KEYS), expected, share);
    const random = laneRandom(plan, share, CHOICES);
    target.work = new YcsbWork({ session, requests, spec, keys, share, notes, random });
    await session.routeBy(plan.schema.keyspace);
    const count = Number.isFinite(operations) ? shareOf(operations, share) : Infinity;
    const choice = new OperationDraw(spec, laneRandom(plan, share, OPERATIONS));
    const insert = YCSB_OPERATIONS.indexOf('insert');
    return {
      target,
      door: {
        source: () => new YcsbSource(count, spec.phase === 'load' ? () => insert : () => choice.next()),
        failed: (slot) => {
          target.failed(slot);
          return undefined;
        },
        isChecked: spec.dataIntegrity,
        retryable: doorRetryable,
        retryDelayNs: () => spec.retryDelayMs * NS_PER_MS,
        remarks: () => [],
      },
      totals: () => session.totals(),
      takeShards: () => session.takeShards(),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
