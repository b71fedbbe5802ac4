package io.omendb.client.query;

/** How many shards there are, and how many have answered. */
public record Shards(int total, int answered) {
    /** Of an answer that does not say. */
    static final Shards UNKNOWN = new Shards(0, 0);

    /** Whether some did not, which only happens where the query allows it. */
    public boolean isPartial() {
        return answered < total;
    }
}
