import { z } from 'zod';

/** Between the fields of a row. */
export const CsvDelimiter = z
  .string()
  .length(1)
  .regex(/[^"\r\n]/, 'expected one character that is no quote and no line end')
  .default(',');

export const MaxRowBytes = z
  .int()
  .min(64)
  .max(268_435_456)
  .default(16_777_216)
  .describe('A longer row is rejected, and so is the line of a quote that is not closed within as many bytes');
