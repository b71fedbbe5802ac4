package io.omendb.index.shard;

import java.util.List;

/**
 * The answer of one shard.
 *
 * @param hits nearest first
 * @param rowsScanned rows whose distance was computed or estimated for the answer; again where a
 *     search turned to reading all matches
 * @param onDevice whether a device beside the processor took part
 */
public record SearchResult(List<Hit> hits, long rowsScanned, boolean onDevice) {}
