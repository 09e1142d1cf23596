/** True for the consecutive failures that are reported: 1, 2, 3, 10, 20, 30 … */
export const shouldReport = (consecutive: number): boolean => consecutive <= 3 || consecutive % 10 === 0;

/** True for the consecutive refusals of a token that are reported to an operator: 3, 20, 40 … */
export const isPersistent = (consecutive: number): boolean =>
  consecutive === 3 || (consecutive > 0 && consecutive % 20 === 0);

/** True for the counts that are reported of what may happen at any rate: 1, 10, 100 … */
export const isPowerOfTen = (count: number): boolean => Number.isInteger(Math.log10(count));
