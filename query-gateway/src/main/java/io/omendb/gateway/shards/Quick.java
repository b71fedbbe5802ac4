package io.omendb.gateway.shards;

import java.util.function.ToLongFunction;

/**
 * A search that an event loop may make itself, where others of its kind were quick lately.
 *
 * @param kind of searches that take about as long
 * @param workUs microseconds that a shard works on it, or would if it were made so
 */
public record Quick<T>(String kind, ToLongFunction<T> workUs) {}
