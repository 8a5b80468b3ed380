/** Where the program writes; tests put a recorder in its place. */
export interface Terminal {
  /** Results: standard output, as it is. */
  write(text: string | Uint8Array): void;
  /** Remarks and errors: one line on standard error. */
  remark(line: string): void;
}

export const processTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  remark: (line) => void process.stderr.write(`${line}\n`),
};
