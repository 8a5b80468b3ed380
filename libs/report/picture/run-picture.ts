import type { Annotation } from '#libs/contract/artifact.js';
import type { Run } from '#libs/contract/run.js';
import type { OwnFigures } from './own-figures.js';
import type { OperationSummary, Summary } from '#libs/contract/summary.js';

/** Percentiles of some time from one merged histogram, milliseconds; null where too few samples support it. */
export interface BandFigures {
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  p999Ms: number | null;
  maxMs: number | null;
}

export interface OperationPoint {
  /** Of successes. */
  ratePerSecond: number;
  failedPerSecond: number;
  droppedPerSecond: number;
  serviceTime: BandFigures;
  responseTime: BandFigures | null;
}

/** What one executor used in some time. */
export interface ExecutorPoint {
  /** Cores that its process kept busy. */
  cpuCores: number;
  loopDelayMaxMs: number;
  /** Share of the time that its busiest lane was not waiting; null where it is not kept. */
  loopUtilization: number | null;
}

/** What was measured in a stretch of a run, all executors together. */
export interface PicturePoint {
  /** Which stretch: neighbours differ by 1, a larger difference is a time in which nothing reported. */
  slot: number;
  /** Middle of the stretch, seconds after the start. */
  atS: number;
  /** By operation, and `total`. */
  operations: Record<string, OperationPoint>;
  /** Failed operations per second by class, all operations together. */
  errorsPerSecond: Record<string, number>;
  executors: Record<string, ExecutorPoint>;
  scheduleLagMaxMs: number;
  inFlightMax: number;
  /** Batches that waited; null for kinds that read no files. */
  queueDepth: number | null;
  /** Figures that the kind keeps of itself. */
  own: OwnFigures;
  /** How much of the stretch reported. */
  lengthS: number;
}

/** A time in which an executor that should have reported did not. */
export interface Gap {
  fromS: number;
  toS: number;
  /** Whose part: `part 1`, and the executor where it is known. */
  who: string;
}

/** A percentile and the latency there. */
export type CurvePoint = readonly [percentile: number, latencyMs: number];

/** Of the table of percentiles: Locust's, and two tails. */
export const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100] as const;

export interface LatencyShape {
  curve: CurvePoint[];
  /** By PERCENTILES; null where too few samples support it. */
  percentilesMs: (number | null)[];
}

export interface OperationShapes {
  serviceTime: LatencyShape;
  responseTime: LatencyShape | null;
}

/** A run as a report shows it: plain data. */
export interface RunPicture {
  run: Run;
  /** Null while the run is on, or where it ended without one. */
  summary: Summary | null;
  startMs: number;
  seconds: number;
  /** Length of a stretch; longer than the run's interval in long runs. */
  slotMs: number;
  points: PicturePoint[];
  /** Over the whole run, by operation and `total`. */
  operations: Record<string, OperationSummary>;
  shapes: Record<string, OperationShapes>;
  gaps: Gap[];
  annotations: Annotation[];
  /** What the executors said of the target: its release and size. */
  targetSays: string | null;
  /** Files of the run that its panel shows, by name. */
  files: Record<string, string>;
}
