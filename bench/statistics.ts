/** The middle value; the higher of two. NaN without values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * How a cost grows with a number: the slope of a line through the logarithms of both, by least squares. 0 is a cost
 * that stays, 1 one that doubles with the number, 2 one that quadruples. Takes pairs of positive numbers and costs.
 */
export function exponent(points: readonly (readonly [number: number, cost: number])[]): number {
  const logs = points.map(([number, cost]) => [Math.log(number), Math.log(cost)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return covariance / variance;
}
