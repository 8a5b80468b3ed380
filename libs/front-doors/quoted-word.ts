/** A word as a shell keeps it together. */
export const quotedWord = (text: string): string =>
  /^[\w.,:=/%+@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
