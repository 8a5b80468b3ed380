import type { RunPicture } from '../picture/run-picture.js';
import type { Frame } from '../time-frame.js';

/** What only one kind has to show, of one run or of several over each other: sections as markup, empty when there is nothing. */
export type Panel = (pictures: readonly RunPicture[], frame: Frame) => string;
