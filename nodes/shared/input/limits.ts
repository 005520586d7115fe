/** A week, in minutes: what the editor offers as Timeout, and what an expression may yield. */
export const longestTimeoutMinutes = 7 * 24 * 60;
