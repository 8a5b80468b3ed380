/** A command line cut into its command and its groups: `-rate threads=4` is the group `rate` with one word. */
export interface CommandWords {
  command: string;
  words: string[];
  groups: { name: string; words: string[] }[];
}

/**
 * Cuts a command line as cassandra-stress does: the words are joined, blanks around `, = ( )` go, and the rest is split
 * again. What a shell leaves behind (backslashes before brackets and commas, quotes) goes first.
 */
export function cutWords(line: string): CommandWords {
  const text = line
    .replace(/\\(.)/gs, '$1')
    .replace(/["']/g, '')
    .replace(/\s*([,=()])\s*/g, (_, sign: string) => (sign === ')' ? ') ' : sign))
    .replace(/\)\s+([,=()]|\/\s*\d)/g, ')$1')
    .trim();
  const all = text.split(/\s+/).filter((word) => word !== '');
  // The program's own name may stand in front, as it does in a shell's history.
  const start = /(^|\/)(cassandra-stress|cql-stress-cassandra-stress|tidemark|stress)$/.test(all[0] ?? '') ? 1 : 0;
  const [command = '', ...rest] = all.slice(start);
  const groups: CommandWords['groups'] = [];
  const words: string[] = [];
  for (const word of rest) {
    if (/^-[a-z]/i.test(word)) groups.push({ name: word.slice(1).toLowerCase(), words: [] });
    else (groups.at(-1)?.words ?? words).push(word);
  }
  return { command: command.toLowerCase(), words, groups };
}

/** An option: `name`, `name=value` or `name(value)`; undefined when it is none. */
export function readOption(word: string): { name: string; value: string | undefined } | undefined {
  const match = /^([a-z\d][\w-]*)(?:=(.*)|\((.*)\))?$/is.exec(word);
  return match?.[1] === undefined ? undefined : { name: match[1].toLowerCase(), value: match[2] ?? match[3] };
}

/** The known name nearest to a mistyped one, when it is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
