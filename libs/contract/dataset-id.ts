/*
 * Free of the schema library, so that what reads datasets needs none.
 */

/** What a registered dataset is called; no folder may be. */
const DATASET_ID = /^ds-[0-9a-f]{24}$/;

export const isDatasetId = (text: string): boolean => DATASET_ID.test(text);
