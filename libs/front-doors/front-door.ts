import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { formatScyllaBench } from './scylla-bench-format.js';
import { parseScyllaBenchCommand, type ScyllaBenchTarget } from './scylla-bench-line.js';

/** Tools whose command lines are read, beside cassandra-stress. */
export const FRONT_DOORS = ['scylla-bench'] as const;
export type FrontDoor = (typeof FRONT_DOORS)[number];

/** What a line says of the cluster; absent where it says nothing. */
export type DoorTarget = ScyllaBenchTarget & { port?: number | undefined };

export interface ParsedDoor {
  spec: StressPlanSpec;
  target: DoorTarget;
  /** What was adjusted, one sentence each, to be shown to whoever gave the line. */
  notes: string[];
}

const PARSERS: { [D in FrontDoor]: (line: string) => ParsedDoor } = { 'scylla-bench': parseScyllaBenchCommand };

/** Reads another tool's line. Throws CodedError VALIDATION_FAILED with every problem at once. */
export const parseDoor = (from: FrontDoor, line: string): ParsedDoor => PARSERS[from](line);

/** The line that means the same as the run, without a password; undefined for runs of cassandra-stress. */
export function formatDoor(spec: StressPlanSpec, target: DoorTarget): string | undefined {
  return spec.scyllaBench && formatScyllaBench(spec, target);
}

/** Words of a shell as one line again, each kept together. */
export const joinWords = (words: readonly string[]): string =>
  words.length === 1
    ? (words[0] ?? '')
    : words
        .map((word) => (/^[\w.,:=/%+@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
        .join(' ');
