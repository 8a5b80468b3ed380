import type { Issue } from '#libs/contract/problem.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { Draft } from './draft.js';
import { AUTO_THREADS, isCounted, threadSearchOf } from './thread-search.js';

/** What only shows when everything is read: what is missing, and what excludes each other. */
export function checkWhole(draft: Draft, operation: StressPlanSpec['operation'], issues: Issue[]): void {
  const ends = [draft.count, draft.durationMs, draft.uncertainty].filter((end) => end !== undefined);
  if (ends.length > 1) issues.push({ path: 'n', message: 'expected one of n=, duration= and err<, found several' });
  const isPaced = draft.fixedPerSecond !== undefined || draft.throttlePerSecond !== undefined;
  if (draft.auto && draft.threads !== undefined)
    issues.push({ path: '-rate auto', message: 'expected threads= or auto, found both' });
  if (draft.auto && isPaced)
    issues.push({ path: '-rate auto', message: 'expected no fixed= or throttle= beside auto, found one' });
  const { minThreads, maxThreads } = { ...AUTO_THREADS, ...draft.auto };
  if (
    isPaced &&
    draft.threads === undefined &&
    threadSearchOf(draft, operation) === undefined &&
    !isCounted(draft, operation)
  )
    issues.push({ path: '-rate threads', message: 'expected threads=N beside a rate, found none' });
  if (maxThreads < minThreads)
    issues.push({ path: '-rate threads<=', message: `expected at least ${minThreads} threads, found ${maxThreads}` });
  if (draft.throttlePerSecond !== undefined && draft.fixedPerSecond !== undefined) {
    issues.push({ path: '-rate fixed', message: 'expected fixed= or throttle=, found both' });
  }
  if (draft.arrival !== undefined && draft.fixedPerSecond === undefined) {
    issues.push({ path: '-rate arrival', message: 'expected fixed= beside arrival=, found none' });
  }
  if (draft.sequence && draft.distribution)
    issues.push({ path: '-pop seq', message: 'expected seq= or dist=, found both' });
  if (draft.noWrap === true && !draft.sequence)
    issues.push({ path: '-pop no-wrap', message: 'expected seq= beside no-wrap, found none' });
  if (draft.readLookback && !draft.sequence)
    issues.push({ path: '-pop read-lookback', message: 'expected seq= beside read-lookback=, found none' });
  if (draft.nodes && draft.nodesFile !== undefined)
    issues.push({ path: '-node file', message: 'expected hosts or file=, found both' });
  issues.push(...balanceIssues(draft));
  if (draft.port !== undefined && draft.modePort !== undefined)
    issues.push({ path: '-mode port', message: 'expected it here or in -port native=, found both' });
  if (draft.authProvider !== undefined && draft.username === undefined && draft.credentialsFile === undefined)
    issues.push({ path: '-mode auth-provider', message: 'expected user= and password= beside it, found none' });
  if (draft.columnNames && draft.columnCount !== undefined)
    issues.push({ path: '-col names', message: 'expected names= or n=, found both' });
  if (draft.ratio && operation !== 'mixed')
    issues.push({ path: 'ratio', message: `expected the command mixed, found ${operation}` });
  if (draft.clustering && operation !== 'mixed' && operation !== 'user')
    issues.push({ path: 'clustering', message: `expected the command mixed or user, found ${operation}` });
  if (operation === 'user') {
    if (!draft.profiles) issues.push({ path: 'profile', message: 'expected profile=FILE, found none' });
    if (!draft.operations) issues.push({ path: 'ops', message: 'expected ops(insert=1), found none' });
  } else if (draft.profiles || draft.operations)
    issues.push({ path: 'profile', message: `expected the command user, found ${operation}` });
}

/** Where requests go is said by datacenter= and rack=; a policy by name has to fit them. */
function balanceIssues({ loadBalance, datacenter, rack }: Draft): Issue[] {
  const issues: Issue[] = [];
  if (rack !== undefined && datacenter === undefined)
    issues.push({ path: '-node rack', message: 'expected datacenter= beside rack=, found none' });
  const path = '-node loadbalance';
  if (loadBalance === 'round-robin' && datacenter !== undefined)
    issues.push({ path, message: 'expected no datacenter= beside round-robin, which asks all nodes, found one' });
  if (loadBalance === 'dc-aware' && (datacenter === undefined || rack !== undefined))
    issues.push({ path, message: 'expected datacenter= and no rack= beside dc-aware' });
  if (loadBalance === 'rack-aware' && rack === undefined)
    issues.push({ path, message: 'expected datacenter= and rack= beside rack-aware' });
  return issues;
}
