package io.omendb.index.shard;

import java.util.List;

/**
 * The answer of one shard.
 *
 * @param hits nearest first
 * @param rowsScanned rows whose distance was computed
 */
public record SearchResult(List<Hit> hits, long rowsScanned) {}
