import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

export interface LocalCommand {
  /** After `stress`, untouched. */
  args: readonly string[];
  json: boolean;
  engine: StressPlanSpec['engine'] | undefined;
  /** The tool whose words `args` are; cassandra-stress's when absent. */
  from?: string | undefined;
}

/**
 * Cuts the command line before commander sees it, when `stress` is the command: cassandra-stress's options have one dash
 * and long names, which no option parser may touch. Undefined for every other command.
 */
export function splitStress(args: readonly string[]): LocalCommand | undefined {
  const at = args.indexOf('stress');
  if (at < 0) return undefined;
  let json = false;
  let engine: LocalCommand['engine'];
  const before = args.slice(0, at);
  for (let word = before.shift(); word !== undefined; word = before.shift()) {
    const value = word === '--engine' ? before.shift() : undefined;
    if (word === '--json') json = true;
    else if (value === 'wire' || value === 'driver') engine = value;
    else return undefined;
  }
  return { ...splitFrom(args.slice(at + 1)), json, engine };
}

/** `--from TOOL` stands first: everything after it is the tool's own. */
function splitFrom(args: readonly string[]): Pick<LocalCommand, 'args' | 'from'> {
  const [first = '', second, ...rest] = args;
  if (first === '--from') return { args: rest, from: second ?? '' };
  const said = /^--from=(.*)$/s.exec(first)?.[1];
  return said === undefined ? { args } : { args: args.slice(1), from: said };
}
