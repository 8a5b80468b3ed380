import type { TabletMap } from './tablet-map.js';
import type { PreparedResult } from './result.js';

/** A statement as a server knows it; the id is the same on every node. */
export interface PreparedStatement extends PreparedResult {
  cql: string;
  /** Where the tablets of its table are, as far as it is known; undefined where tables have none. */
  readonly tablets?: TabletMap | undefined;
}
