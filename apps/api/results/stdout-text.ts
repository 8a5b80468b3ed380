import type { WorkloadKind } from '#libs/contract/run.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { cdcText } from './cdc-stdout.js';
import { generateText } from './generate-stdout.js';
import { loadText } from './load-stdout.js';
import { parentText } from './parent-stdout.js';
import { queryText } from './query-stdout.js';
import { soakText } from './soak-stdout.js';
import { stressText } from './stress-stdout.js';
import { zookeeperText } from './zookeeper-stdout.js';

type Chunks = AsyncGenerator<string, void, undefined>;
type RunOf<K extends WorkloadKind> = { [P in K]: { kind: P } & Extract<StoredRun, { kind: P }> }[K];

const TEXTS: { [K in WorkloadKind]: (store: Store, run: RunOf<K>) => Chunks } = {
  stress: stressText,
  generate: generateText,
  load: loadText,
  query: queryText,
  zookeeper: zookeeperText,
  soak: soakText,
  cdc: cdcText,
  suite: parentText,
  search: parentText,
};

/** What the command line prints of a run of its kind, made anew from what is stored. */
export const stdoutText = <K extends WorkloadKind>(store: Store, run: RunOf<K>): Chunks => TEXTS[run.kind](store, run);
