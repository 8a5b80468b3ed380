import type { WorkloadKind } from '#libs/contract/run.js';
import type { RunPicture } from '../picture/run-picture.js';
import type { Frame } from '../time-frame.js';
import { cdcPanel } from './cdc-panel.js';
import { generatePanel } from './generate-panel.js';
import { loadPanel } from './load-panel.js';
import type { Panel } from './panel.js';
import { queryPanel } from './query-panel.js';
import { soakPanel } from './soak-panel.js';
import { zookeeperPanel } from './zookeeper-panel.js';

/** What each kind adds to the page that all share; null: nothing. */
const PANELS: { [K in WorkloadKind]: Panel | null } = {
  stress: null,
  generate: generatePanel,
  load: loadPanel,
  query: queryPanel,
  zookeeper: zookeeperPanel,
  soak: soakPanel,
  cdc: cdcPanel,
  // They consist of runs, and have a page of their own: parent-page.ts.
  suite: null,
  search: null,
};

/** The kind's own sections; runs of one page are of one kind. */
export function kindPanel(pictures: readonly RunPicture[], frame: Frame): string {
  const [first] = pictures;
  return first === undefined ? '' : (PANELS[first.run.kind]?.(pictures, frame) ?? '');
}
