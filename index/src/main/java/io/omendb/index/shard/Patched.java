package io.omendb.index.shard;

/** What became of a patch. */
public enum Patched {
    /** The point is changed. */
    APPLIED,
    /** There is no such point, so nothing changed. */
    ABSENT,
    /** A newer position of the same source was applied to the point, so nothing changed. */
    STALE,
    /** The point's metadata would become larger than any may grow, so nothing changed. */
    TOO_LARGE,
    /** The point's metadata cannot be read as JSON, so nothing changed. */
    UNREADABLE
}
