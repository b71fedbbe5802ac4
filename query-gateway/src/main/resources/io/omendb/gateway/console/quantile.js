// Quantiles of what a histogram gained between two scrapes, as Prometheus computes them: within a bucket, observations
// are taken to be spread evenly.

/** Upper bound to cumulative count, ascending. */
export function buckets(metrics, name) {
  return (metrics.get(name + "_bucket") ?? [])
    .map(({ labels, value }) => ({ bound: labels.get("le") === "+Inf" ? Infinity : Number(labels.get("le")), count: value }))
    .sort((a, b) => a.bound - b.bound);
}

/** What came in between. A gateway that was restarted counts from the beginning. */
export function gained(now, before) {
  const earlier = new Map(before.map(({ bound, count }) => [bound, count]));
  const restarted = now.some(({ bound, count }) => count < (earlier.get(bound) ?? 0));
  return restarted ? now : now.map(({ bound, count }) => ({ bound, count: count - (earlier.get(bound) ?? 0) }));
}

/** NaN where nothing was observed. */
export function quantile(q, cumulative) {
  const total = cumulative.at(-1)?.count ?? 0;
  if (total === 0) return NaN;
  const rank = q * total;
  let bound = 0, below = 0;
  for (const bucket of cumulative) {
    if (bucket.count >= rank) {
      if (bucket.bound === Infinity) return bound;
      const share = bucket.count === below ? 1 : (rank - below) / (bucket.count - below);
      return bound + (bucket.bound - bound) * share;
    }
    bound = bucket.bound;
    below = bucket.count;
  }
  return bound;
}
