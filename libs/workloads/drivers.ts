import type { DatasetBook } from '#libs/dataset/dataset-book.js';
import type { SourceOf } from '#libs/dataset/data-source.js';
import type { Drivers } from './driver.js';
import { cdcDriver } from './cdc/cdc.driver.js';
import { generateDriver, type KeepGenerated } from './generate/generate.driver.js';
import { loadDriver } from './load/load.driver.js';
import { queryDriver } from './query/query.driver.js';
import type { AttachScaler } from './soak/scaling.js';
import { soakDriver } from './soak/soak.driver.js';
import { stressDriver } from './stress/stress.driver.js';
import { zookeeperDriver } from './zookeeper/zookeeper.driver.js';

/** What the drivers of this process have to know of where they are. */
export interface DriverSettings {
  /** Folder that datasets lie in, absolute. */
  dataRoot: string;
  /** What load and query runs read. */
  sourceOf: SourceOf;
  /** Refuses folders of other projects than the run's. */
  requireFolder: DatasetBook['requireFolder'];
  /** Told of every dataset that is finished. */
  keepGenerated: KeepGenerated;
  /** Lets the scalers of soak runs work. */
  attachScaler: AttachScaler;
}

/** How each kind is carried out; executor side only. */
export const makeDrivers = ({
  dataRoot,
  sourceOf,
  requireFolder,
  keepGenerated,
  attachScaler,
}: DriverSettings): Drivers => ({
  stress: stressDriver,
  generate: generateDriver(dataRoot, requireFolder, keepGenerated),
  load: loadDriver(sourceOf),
  query: queryDriver(sourceOf),
  zookeeper: zookeeperDriver,
  soak: soakDriver(attachScaler),
  cdc: cdcDriver,
});
