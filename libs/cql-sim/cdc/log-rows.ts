import { int64Bytes, listBytes, textBytes } from '../storage/bytes.js';
import type { VirtualRow } from '../system/virtual-rows.js';
import type { Generation, Generations } from './generations.js';

const instant = ({ fromMs }: Generation): string => int64Bytes(BigInt(fromMs));

/** Rows of the tables by which clients find the streams. */
export const GENERATION_ROWS: Readonly<Record<string, (generations: Generations) => VirtualRow[]>> = {
  cdc_generation_timestamps: ({ list }) =>
    list.map((generation) => ({ key: textBytes('timestamps'), time: instant(generation) })),
  cdc_streams_descriptions_v2: ({ list }) =>
    list.flatMap((generation) =>
      generation.vnodes.map(({ rangeEnd, streams }) => ({
        time: instant(generation),
        range_end: int64Bytes(rangeEnd),
        streams: listBytes([...streams].sort()),
      })),
    ),
};
