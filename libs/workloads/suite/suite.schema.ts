import { z } from 'zod';
import { Ensemble } from '../parent/ensemble.schema.js';

/** What a parameter, an axis of a matrix or an output of a step can be. */
const Scalar = z.union([z.string().max(4096), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof Scalar>;

const Name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'expected letters, digits, _ and -, at most 64, the first of them a letter');

export const Matrix = z
  .strictObject({
    axes: z
      .record(Name, z.array(Scalar).min(1).max(64))
      .describe('Every value of each axis with every value of the others; read as ${matrix.<axis>}'),
    exclude: z
      .array(z.record(Name, Scalar))
      .max(500)
      .default([])
      .describe('Combinations that are left out: all that have these values'),
    include: z.array(z.record(Name, Scalar)).max(500).default([]).describe('Combinations beside them, whole'),
    order: z.enum(['sequence', 'parallel']).default('sequence').describe('Of the combinations among themselves'),
  })
  .meta({ id: 'SuiteMatrix' });
export type Matrix = z.infer<typeof Matrix>;

/** When a step is run, once the steps that it needs have ended. */
const When = z
  .union([
    z.enum(['success', 'always', 'failure']),
    z
      .string()
      .max(1024)
      .regex(
        /^\$\{[^}]+\}\s*(<=|>=|==|!=|<|>)\s*\S.*$/,
        'expected success, always, failure, or a comparison such as ${steps.limit.outputs.ratePerSecond} >= 1000',
      ),
  ])
  .describe('success: what it needs succeeded; failure: something of it failed; or one output compared with a value');

export const SuiteStep = z
  .strictObject({
    id: Name,
    needs: z
      .array(Name)
      .max(64)
      .optional()
      .describe('Steps that end before this one starts; in a sequence, the one before when absent'),
    when: When.default('success'),
    pauseMs: z.int().min(0).max(86_400_000).default(0).describe('Between what it waits for and its start'),
    matrix: Matrix.optional(),
    run: z
      .looseObject({ kind: z.string(), spec: z.record(z.string(), z.unknown()) })
      .describe(
        'As the body of POST /v1/runs; a target only where it is not the suite’s; texts may hold ${params.x}, ${matrix.x} and ${steps.x.outputs.y}',
      ),
  })
  .meta({ id: 'SuiteStep' });
export type SuiteStep = z.infer<typeof SuiteStep>;

const Steps = z.array(SuiteStep).max(200);

/** Runs one after another and side by side, as one run. */
export const SuiteSpec = z
  .strictObject({
    params: z.record(Name, Scalar).default({}).describe('Read as ${params.<name>}'),
    order: z.enum(['sequence', 'parallel']).default('sequence').describe('Of steps that do not say what they need'),
    onFailure: z
      .enum(['stop', 'continue'])
      .default('stop')
      .describe('Stop: no further step starts, but those that run always or at failure, and those of the cleanup'),
    pauseMs: z.int().min(0).max(86_400_000).default(0).describe('Before each step but the first'),
    setup: Steps.default([]).describe('Before all others, one after another'),
    steps: Steps.min(1),
    cleanup: Steps.default([]).describe('After all others, one after another, whatever became of them'),
    cleanupWithinMs: z
      .int()
      .min(1000)
      .max(86_400_000)
      .default(600_000)
      .describe('How long the cleanup may take when the suite was cancelled'),
    ensemble: Ensemble.optional(),
    reuse: z
      .record(z.string().max(512), z.string().max(64))
      .default({})
      .describe('Runs that stand for steps, by step: completed ones are not made again'),
  })
  .meta({ id: 'SuiteSpec' });
export type SuiteSpec = z.infer<typeof SuiteSpec>;

export const StepStatus = z
  .enum(['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'])
  .meta({ id: 'StepStatus' });
export type StepStatus = z.infer<typeof StepStatus>;

/** What became of one step. */
export const SuiteStepReport = z
  .object({
    step: z.string().describe('Its id, and its values of a matrix: load[threads=8]'),
    phase: z.enum(['setup', 'steps', 'cleanup']),
    kind: z.string(),
    status: StepStatus,
    reason: z.string().nullable().describe('Why it failed, was skipped or waits'),
    runId: z.string().nullable(),
    reused: z.boolean().describe('An earlier run stands for it'),
    verdict: z.enum(['passed', 'failed', 'none']),
    validity: z.enum(['valid', 'degraded', 'invalid']).nullable(),
    startedAtMs: z.int().nullable(),
    endedAtMs: z.int().nullable(),
    operations: z.int().nullable(),
    ratePerSecond: z.number().nullable(),
    p50Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    failed: z.int().nullable().describe('Operations'),
    outputs: z.record(z.string(), Scalar),
  })
  .meta({ id: 'SuiteStepReport' });
export type SuiteStepReport = z.infer<typeof SuiteStepReport>;

export const SuiteReport = z
  .object({
    kind: z.literal('suite'),
    steps: z.array(SuiteStepReport),
    succeeded: z.int(),
    failed: z.int(),
    skipped: z.int().describe('Cancelled ones included'),
  })
  .meta({ id: 'SuiteReport' });
export type SuiteReport = z.infer<typeof SuiteReport>;
