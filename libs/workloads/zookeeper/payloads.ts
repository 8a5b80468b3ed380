const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const KEPT = 16;

/** Values of one size, made once and handed out by turns. Letters only: no value looks like a number. */
export class Payloads {
  private readonly values: readonly Buffer[];
  private turn = 0;

  constructor(sizeBytes: number, random: () => number) {
    const value = (): Buffer =>
      Buffer.from(Array.from({ length: sizeBytes }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(''));
    this.values = Array.from({ length: KEPT }, value);
  }

  next(): Buffer {
    this.turn = (this.turn + 1) % KEPT;
    return this.values[this.turn] ?? NOTHING;
  }
}

const NOTHING = Buffer.alloc(0);
