package io.omendb.index.shard;

import java.util.List;

/**
 * The answer of one shard.
 *
 * @param hits nearest first
 * @param rowsScanned rows whose distance was computed
 * @param onDevice whether a device beside the processor took part
 */
public record SearchResult(List<Hit> hits, long rowsScanned, boolean onDevice) {}
