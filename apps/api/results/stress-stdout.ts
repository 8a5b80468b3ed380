import { CodedError } from '#libs/contract/problem.js';
import type { Store, StoredRun } from '#libs/store/port.js';

/** What cassandra-stress would have printed. */
export function stressText(_store: Store, run: StoredRun): AsyncGenerator<string> {
  throw new CodedError('NO_RESULT_YET', `The text of run ${run.id} cannot be made yet; use report.csv meanwhile.`);
}
