// Two samples of times: is one process behind both?
const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;

/** Welch's t of two samples. */
export function welch(a, b) {
  const variance = (list, middle) => list.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (list.length - 1);
  const [ma, mb] = [mean(a), mean(b)];
  return (ma - mb) / Math.sqrt(variance(a, ma) / a.length + variance(b, mb) / b.length);
}

const parts = [1, 0.9, 0.7, 0.5, 0.3];

/**
 * The t that tells most: of all times, and of the quicker part of both together. What waited for the machine says nothing about the
 * answer and hides a difference that the rest has.
 */
export function sharpest(a, b) {
  const all = [...a, ...b].sort((x, y) => x - y);
  const below = (list, part) => list.filter((one) => one <= all[Math.ceil(all.length * part) - 1]);
  return parts.map((part) => welch(below(a, part), below(b, part))).reduce((best, t) => (Math.abs(t) > Math.abs(best) ? t : best), 0);
}
