package io.omendb.index.shard;

/** A point on a page of a scroll, and its place in the order. */
public record ScrollItem(ScrollKey key, Hit hit) {}
