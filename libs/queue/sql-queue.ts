import type { Clock } from '#libs/load/clock.js';
import type { RunQueue } from './port.js';

/** How often an idle executor looks into the database: the longest a run waits for a claim, at a cost of one short query. */
const LOOK_EVERY_MS = 200;

const nothing = (): Promise<void> => Promise.resolve();

/** The queue that needs nothing but the database: executors look into it. */
export const sqlQueue = (clock: Pick<Clock, 'sleep'>): RunQueue => ({
  notify: nothing,
  freed: nothing,
  cancelled: nothing,
  wait: (timeoutMs, signal) => clock.sleep(Math.min(timeoutMs, LOOK_EVERY_MS), signal).then(() => true),
  onCancelled: () => undefined,
  ping: nothing,
  close: nothing,
});
