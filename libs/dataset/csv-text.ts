/** Line end of RFC 4180. */
export const LINE_END = '\r\n';

/** A field as RFC 4180 writes it: quoted where it has a comma, a quote or a line break. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line with its end. */
export const csvLine = (fields: readonly string[]): string => fields.map(csvField).join(',') + LINE_END;
