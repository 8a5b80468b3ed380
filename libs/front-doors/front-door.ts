import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { quotedWord } from './quoted-word.js';
import { formatScyllaBench } from './scylla-bench-format.js';
import { parseScyllaBenchCommand, type ScyllaBenchTarget } from './scylla-bench-line.js';
import { formatYcsb } from './ycsb-format.js';
import { type FileText, parseYcsbCommand } from './ycsb-line.js';

/** Tools whose command lines are read, beside cassandra-stress. */
export const FRONT_DOORS = ['scylla-bench', 'ycsb'] as const;
export type FrontDoor = (typeof FRONT_DOORS)[number];

/** What a line says of the cluster; absent where it says nothing. */
export type DoorTarget = ScyllaBenchTarget & { port?: number | undefined };

export interface ParsedDoor {
  spec: StressPlanSpec;
  target: DoorTarget;
  /** What was adjusted, one sentence each, to be shown to whoever gave the line. */
  notes: string[];
}

const PARSERS: { [D in FrontDoor]: (line: string, fileText?: FileText) => ParsedDoor } = {
  'scylla-bench': (line) => parseScyllaBenchCommand(line),
  ycsb: parseYcsbCommand,
};

/** Reads another tool's line, and the files that it names. Throws CodedError VALIDATION_FAILED with every problem at once. */
export const parseDoor = (from: FrontDoor, line: string, fileText?: FileText): ParsedDoor =>
  PARSERS[from](line, fileText);

/** The line that means the same as the run, without a password; undefined for runs of cassandra-stress. */
export function formatDoor(spec: StressPlanSpec, target: DoorTarget): string | undefined {
  const { port, contactPoints } = target;
  if (spec.scyllaBench === undefined) return formatYcsb(spec, target);
  // scylla-bench has the port in its nodes.
  const nodes = contactPoints?.map((node) =>
    port === undefined || port === 9042 || node.includes(':') ? node : `${node}:${port}`,
  );
  return formatScyllaBench(spec, { ...target, contactPoints: nodes });
}

/** Words of a shell as one line again, each kept together. */
export const joinWords = (words: readonly string[]): string =>
  words.length === 1 ? (words[0] ?? '') : words.map(quotedWord).join(' ');
