import type { WrongRow } from '#libs/cdc/final-state.js';
import { CHANGE_NAMES } from '#libs/cdc/row-shape.js';

export const CSV_HEAD = 'key,seq,change,wrong,expected,found\n';

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A line of the file of wrong rows, with both images; `found` is empty where there is no row. */
export const csvLine = ({ key, seq, operation, wrong, expected, found }: WrongRow): string =>
  `${key},${seq},${CHANGE_NAMES[operation] ?? ''},${wrong},${quoted(expected)},${found === null ? '' : quoted(found)}\n`;
