package io.omendb.gateway.search;

/**
 * How many of the n nearest points a shard has. Ids are spread by a hash, so that the number
 * follows a binomial distribution.
 */
final class Share {
    private static final double DEVIATIONS = 3;

    private Share() {}

    /**
     * How many one of the shards may have: more, three deviations above the mean, are there once in
     * a thousand searches, and then it is the furthest points that are missed.
     */
    static int most(int n, int shards) {
        double p = 1.0 / Math.max(1, shards);
        double most = n * p + DEVIATIONS * Math.sqrt(n * p * (1 - p));
        return Math.min(n, (int) Math.ceil(most));
    }

    /**
     * How many of a shard's nearest have the same mean rank there as the n nearest of all have in
     * their shards: what shards are to find of so many on average, they find of the n. The one of
     * rank r has (r - 1) / shards others before it on average.
     */
    static int typical(int n, int shards) {
        return n < 1 ? n : 1 + (int) Math.ceil((n - 1.0) / Math.max(1, shards));
    }
}
