import type { Validity, Verdict } from '#libs/contract/status.js';
import type { Summary } from '#libs/contract/summary.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import type { SearchReport, StoppedBy } from '../search/search.schema.js';
import type { SuiteReport } from '../suite/suite.schema.js';
import { parentState, type ParentRun } from './parent-state.js';

type Reason = Validity['reasons'][number];
type Report = SuiteReport | SearchReport;

/** More say nothing new; every run has its own. */
const MOST_REASONS = 50;

const levelOf = (reasons: readonly Reason[]): Validity['level'] =>
  reasons.some(({ level }) => level === 'invalid') ? 'invalid' : reasons.length > 0 ? 'degraded' : 'valid';

/** A suite can be believed as far as its steps can. */
const suiteReasons = (runs: ReadonlyMap<string, StoredRun>): Reason[] =>
  [...runs].flatMap(([step, { summary }]) =>
    (summary?.validity.reasons ?? []).map((reason) => ({ ...reason, message: `${step}: ${reason.message}` })),
  );

/** Ends of a search that leave its result open, or say less than it seems. */
const UNCERTAIN: { readonly [S in StoppedBy]?: { code: string; level: Reason['level'] } } = {
  generator: { code: 'GENERATOR_SATURATED', level: 'degraded' },
  probes: { code: 'SEARCH_CUT_SHORT', level: 'degraded' },
  invalid: { code: 'PROBES_INVALID', level: 'invalid' },
  failed: { code: 'PROBE_FAILED', level: 'invalid' },
  none: { code: 'NOT_CARRIED_OUT', level: 'degraded' },
};

function searchReasons({ stoppedBy, explanation, probes }: SearchReport): Reason[] {
  const uncertain = UNCERTAIN[stoppedBy];
  const last = probes.findLast(({ outcome }) => outcome === 'met');
  const reasons: Reason[] = uncertain ? [{ ...uncertain, message: explanation }] : [];
  if (last?.reason) reasons.push({ code: 'PROBE', level: 'degraded', message: last.reason });
  return reasons;
}

const joined = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('failed') ? 'failed' : verdicts.includes('passed') ? 'passed' : 'none';

function verdictOf(run: ParentRun, report: Report): Verdict {
  if (report.kind === 'suite') return joined(report.steps.map(({ verdict }) => verdict));
  if (run.thresholds.length === 0 || ['failed', 'invalid', 'none'].includes(report.stoppedBy)) return 'none';
  if (report.type === 'limit') return report.highestPerSecond === null ? 'failed' : 'passed';
  return report.probes.every(({ outcome }) => outcome === 'met') ? 'passed' : 'failed';
}

/** What came of a run that consists of others, from what came of those. Throws what the store throws. */
export async function parentSummary(
  store: Pick<Store, 'runs' | 'parents'>,
  run: ParentRun,
  nowMs: number,
): Promise<Summary> {
  const { children, report } = await parentState(store, run, nowMs);
  const reasons = report.kind === 'suite' ? suiteReasons(children.byStep) : searchReasons(report);
  const endedAtMs = run.endedAtMs ?? nowMs;
  const { startAtMs } = run;
  return {
    startedAtMs: startAtMs,
    endedAtMs,
    durationMs: startAtMs === null ? 0 : endedAtMs - startAtMs,
    simulated: [...children.byStep.values()].some(({ simulated }) => simulated === true),
    operations: {},
    mismatches: [],
    mismatchCount: 0,
    startSkewMs: null,
    coverage: 1,
    clientCpuUsPerOperation: null,
    verdict: verdictOf(run, report),
    thresholds: [],
    validity: { level: levelOf(reasons), reasons: reasons.slice(0, MOST_REASONS) },
    report,
  };
}

/** Why the plan of a run that consists of others was not carried out, in a sentence; undefined when it was. */
export function parentFailure(report: Report, runs: ReadonlyMap<string, StoredRun>): string | undefined {
  if (report.kind === 'search')
    return ['failed', 'invalid'].includes(report.stoppedBy) ? report.explanation : undefined;
  const broken = report.steps.find(
    ({ step, status }) => (status === 'failed' || status === 'cancelled') && runs.get(step)?.status !== 'completed',
  );
  return broken && `step ${broken.step} ${broken.status}: ${broken.reason ?? 'no reason is known'}`;
}
