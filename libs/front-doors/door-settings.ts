import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { formatDoor } from './front-door.js';

interface SettingsTarget {
  nodes: readonly string[];
  port: number;
  username?: string | undefined;
  datacenter?: string | undefined;
}

const TOOL: { [O in StressPlanSpec['operation']]?: string } = { scyllaBench: 'scylla-bench', ycsb: 'YCSB' };

/** The settings block of a run in another tool's words, one of them a line; undefined for runs of cassandra-stress. */
export function doorSettings(spec: StressPlanSpec, target: SettingsTarget): string[] | undefined {
  const { nodes, port, username, datacenter } = target;
  const line = formatDoor(spec, { contactPoints: [...nodes], port, username, localDatacenter: datacenter });
  if (line === undefined) return undefined;
  return [
    '******************** Stress Settings ********************',
    `In the words of ${TOOL[spec.operation]}:`,
    // A word begins with a dash behind a blank; a quoted value may have both, and is then cut for the eye only.
    ...line.split(/ (?=-)/).map((word) => `  ${word}`),
    '',
  ];
}
