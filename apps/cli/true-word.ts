const TRUE_WORDS = ['true', '1', 'yes'];

/** Whether a variable of the load generator says yes: `true`, `1` and `yes` do, as in the original. */
export const isTrue = (text: string): boolean => TRUE_WORDS.includes(text.trim().toLowerCase());
