import { Target } from '#libs/contract/target.js';
import type { CommandTarget } from '#libs/stress/command-line.js';

/** Where cassandra-stress goes when no -node is given. */
const DEFAULT_NODE = '127.0.0.1';

/** The target that a command line names. */
export const targetOf = ({ contactPoints, ...rest }: CommandTarget): Target =>
  Target.parse({
    contactPoints: contactPoints ?? [DEFAULT_NODE],
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  });
