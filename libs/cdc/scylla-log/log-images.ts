import type { FoundRow } from '#libs/cdc/final-state.js';
import { type CqlValue, textOf } from '#libs/cql/column-type.js';
import type { LogRow } from './log-reader.js';

interface Cell {
  text: string | null;
  writtenMicros: number;
}

interface Image {
  deletedMicros: number;
  cells: Map<string, Cell>;
}

/** A value as a run writes it in text; a map of texts as JSON. */
const asText = (value: CqlValue): string | null => {
  if (value === null) return null;
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value));
  return typeof value === 'boolean' ? String(value) : textOf(value);
};

/** Rows put together from their changes, in whatever order these come: of each cell what was written last. */
export class LogImages {
  private readonly images = new Map<string, Image>();

  put({ operation, key, writtenMicros, cells }: LogRow): void {
    const image: Image = this.images.get(key) ?? { deletedMicros: 0, cells: new Map() };
    this.images.set(key, image);
    if (operation === 'delete') {
      image.deletedMicros = Math.max(image.deletedMicros, writtenMicros);
      return;
    }
    for (const [name, value] of Object.entries(cells)) {
      const former = image.cells.get(name);
      if (former === undefined || former.writtenMicros <= writtenMicros)
        image.cells.set(name, { text: asText(value), writtenMicros });
    }
  }

  /** The row of a key, or undefined when it is deleted or was never written. */
  row(key: string, seq: string, columns: readonly string[]): FoundRow | undefined {
    const image = this.images.get(key);
    if (image === undefined) return undefined;
    const cellOf = (name: string): string | null => {
      const cell = image.cells.get(name);
      return cell === undefined || cell.writtenMicros <= image.deletedMicros ? null : cell.text;
    };
    const seqText = cellOf(seq);
    if (seqText === null) return undefined;
    return { seq: Number(seqText), isMarkedDeleted: false, cells: columns.map(cellOf) };
  }
}
