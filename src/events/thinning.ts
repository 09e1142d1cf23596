/** True for the failures in a row that are worth telling: 1, 2, 3, 10, 20, 30 … */
export const shouldReport = (consecutive: number): boolean => consecutive <= 3 || consecutive % 10 === 0;

/** True for the refusals of the token in a row at which an operator is called: 3, 20, 40 … */
export const isPersistent = (consecutive: number): boolean =>
  consecutive === 3 || (consecutive > 0 && consecutive % 20 === 0);
