// Two samples of times: are their means apart by more than chance?

function moments(sample) {
  const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
  return { mean, variance: sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sample.length - 1), n: sample.length };
}

/**
 * Welch's t of two samples, without what is slower than 95 of 100 of both together: collections of garbage, other processes. Those
 * hit both samples alike.
 */
export function welch(one, other) {
  const limit = [...one, ...other].sort((a, b) => a - b)[Math.floor((one.length + other.length) * 0.95)];
  const [a, b] = [one, other].map((sample) => moments(sample.filter((x) => x <= limit)));
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.n + b.variance / b.n);
}
