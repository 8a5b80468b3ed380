import { z } from 'zod';
import { CreateRun } from './run.js';
import { Overrides } from './schedule.js';

/** The body of POST /v1/benchmarks, and of PUT, which makes a new version. */
export const CreateBenchmark = z
  .strictObject({
    name: z.string().min(1).max(200).describe('Once in its project'),
    description: z.string().max(4000).default(''),
    definition: CreateRun.describe('A body of POST /v1/runs'),
    note: z.string().max(1000).default('').describe('What is new in this version'),
  })
  .meta({ id: 'CreateBenchmark' });
export type CreateBenchmark = z.infer<typeof CreateBenchmark>;

export const Benchmark = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    description: z.string(),
    version: z.int().describe('The latest, and its ETag'),
    definition: z.unknown().describe('Of the latest version: a body of POST /v1/runs without its secrets'),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
  })
  .meta({ id: 'Benchmark' });
export type Benchmark = z.infer<typeof Benchmark>;

export const BenchmarkVersion = z
  .object({
    version: z.int(),
    definition: z.unknown().describe('Without its secrets'),
    note: z.string(),
    actor: z.string(),
    createdAtMs: z.int(),
  })
  .meta({ id: 'BenchmarkVersion' });
export type BenchmarkVersion = z.infer<typeof BenchmarkVersion>;

/** The body of POST /v1/benchmarks/{id}/runs, which may be absent. */
export const RunBenchmark = z
  .strictObject({
    version: z.int().min(1).optional().describe('The latest when absent'),
    overrides: Overrides.optional(),
  })
  .prefault({})
  .meta({ id: 'RunBenchmark' });
export type RunBenchmark = z.infer<typeof RunBenchmark>;
