/** Whether a folder below the data root is `other` or lies in it; the root itself is the empty text. */
export const liesIn = (folder: string, other: string): boolean =>
  other === '' || folder === other || folder.startsWith(`${other}/`);

/** Whether two folders have files in common. */
export const overlap = (one: string, other: string): boolean => liesIn(one, other) || liesIn(other, one);
