import { Injectable } from '@nestjs/common';
import type { ComparedCandidate, ComparedRun, Comparison, CreateComparison } from '#libs/contract/comparison.js';
import { CodedError } from '#libs/contract/problem.js';
import { parentKinds, type Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { comparability } from '#libs/stats/compare/comparability.js';
import { compareSamples, outcomeOf } from '#libs/stats/compare/compare-runs.js';
import { RunSamples, type Sample } from '#libs/stats/compare/run-samples.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { Store } from '#libs/store/port.js';
import type { Caller } from '../keys/caller.js';
import { Projects } from '../projects/projects.service.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectStore } from '../tokens.js';

interface Measured {
  run: Run;
  summary: Summary | null;
  samples: Sample[];
}

/** Runs held against a baseline. */
@Injectable()
export class Comparisons {
  constructor(
    @InjectStore() private readonly store: Store,
    private readonly runs: RunsService,
    private readonly projects: Projects,
  ) {}

  /** Throws CodedError RUN_NOT_FOUND, NO_RESULT_YET, BASELINE_INVALID, RUNS_NOT_COMPARABLE. */
  async compare(asked: CreateComparison, { projectId }: Caller): Promise<Comparison> {
    const { baseline: id, candidates: ids, tolerancePercent } = asked;
    if (projectId !== null) for (const one of [id, ...ids]) await this.projects.requireRun(one, projectId);
    await this.refuseAsBaseline(id);
    const baseline = await this.measured(id);
    const candidates: ComparedCandidate[] = [];
    for (const one of ids) candidates.push(await this.against(baseline, await this.measured(one), tolerancePercent));
    return { baseline: comparedRun(baseline), tolerancePercent, candidates };
  }

  private async against(baseline: Measured, candidate: Measured, tolerancePercent: number): Promise<ComparedCandidate> {
    const problems = comparability(baseline, candidate);
    const run = comparedRun(candidate);
    if (problems.some(({ level }) => level === 'incomparable'))
      return { run, outcome: 'incomparable', problems, metrics: [] };
    const metrics = await compareSamples(baseline.samples, candidate.samples, tolerancePercent);
    return { run, outcome: outcomeOf(metrics), problems, metrics };
  }

  private async refuseAsBaseline(id: string): Promise<void> {
    const { status, summary } = await this.runs.require(id);
    if (summary === null)
      throw new CodedError(
        'NO_RESULT_YET',
        `Run ${id} is ${status} and has no result that others could be held against.`,
      );
    if (summary.validity.level === 'invalid')
      throw new CodedError(
        'BASELINE_INVALID',
        `Run ${id} is no baseline: its figures cannot be believed (${summary.validity.reasons.map(({ message }) => message).join('; ')}).`,
      );
  }

  private async measured(id: string): Promise<Measured> {
    const run = await this.runs.get(id);
    const { summary } = await this.runs.require(id);
    if (parentKinds.some((kind) => kind === run.kind))
      throw new CodedError(
        'RUNS_NOT_COMPARABLE',
        `Run ${id} is a ${run.kind}; its steps and probes are runs that can be compared.`,
      );
    const samples = new RunSamples(summary?.durationMs ?? 0);
    for await (const group of intervalGroups(this.store.intervals, id)) samples.add(group);
    return { run, summary, samples: samples.samples() };
  }
}

const comparedRun = ({ run, samples }: Measured): ComparedRun => ({
  id: run.id,
  name: run.name,
  kind: run.kind,
  status: run.status,
  verdict: run.verdict,
  validity: run.validity?.level ?? null,
  simulated: run.simulated,
  startedAtMs: run.startedAtMs,
  samples: samples.length,
});
