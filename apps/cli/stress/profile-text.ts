import { readFileSync } from 'node:fs';
import type { ProfileText } from '#libs/stress/command-line.js';

/** The profile of a file of this machine. */
export const readProfile: ProfileText = (file) => {
  try {
    return { yaml: readFileSync(file, 'utf8') };
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
};
