import type { Drivers } from './driver.js';
import { generateDriver } from './generate/generate.driver.js';
import { loadDriver } from './load/load.driver.js';
import { queryDriver } from './query/query.driver.js';
import { stressDriver } from './stress/stress.driver.js';
import { zookeeperDriver } from './zookeeper/zookeeper.driver.js';

/** What the drivers of this process have to know of where they are. */
export interface DriverSettings {
  /** Folder that datasets lie in, absolute. */
  dataRoot: string;
}

/** How each kind is carried out; executor side only. */
export const makeDrivers = ({ dataRoot }: DriverSettings): Drivers => ({
  stress: stressDriver,
  generate: generateDriver(dataRoot),
  load: loadDriver(dataRoot),
  query: queryDriver(dataRoot),
  zookeeper: zookeeperDriver,
});
