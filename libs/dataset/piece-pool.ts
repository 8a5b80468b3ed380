import { open } from 'node:fs/promises';

const PIECE_BYTES = 131_072;

/** Memory that a part of a file is read into; it is used again once nobody holds it. */
export class Piece {
  readonly bytes = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private holders = 0;

  constructor(private readonly free: (piece: Piece) => void) {}

  hold(): void {
    this.holders++;
  }

  /** Its bytes may change from now on, as far as this holder is concerned. */
  release(): void {
    if (--this.holders === 0) this.free(this);
  }
}

/**
 * Pieces that go round: a file of any length is read into as many as are in use at once, so that none of them is left to
 * the garbage collector, whose work would cost more than all else that is done with a row.
 */
export class PiecePool {
  private readonly idle: Piece[] = [];
  private readonly byMemory = new Map<ArrayBufferLike, Piece>();

  /** The piece that these bytes are of; undefined when they are not of this pool. */
  pieceOf({ buffer }: Buffer): Piece | undefined {
    return this.byMemory.get(buffer);
  }

  /**
   * The bytes of a file on disk. Whoever takes them releases their piece when it needs them no longer. Throws what the
   * disk throws.
   */
  async *read(path: string): AsyncGenerator<Buffer> {
    const handle = await open(path, 'r');
    try {
      for (;;) {
        const piece = this.take();
        piece.hold();
        const { bytesRead } = await handle.read(piece.bytes, 0, PIECE_BYTES, null);
        if (bytesRead === 0) return piece.release();
        yield piece.bytes.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  private take(): Piece {
    const idle = this.idle.pop();
    if (idle) return idle;
    const piece = new Piece((one) => void this.idle.push(one));
    this.byMemory.set(piece.bytes.buffer, piece);
    return piece;
  }
}
