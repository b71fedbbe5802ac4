/**
 * The query gateway: one HTTP server in front of Kafka, for writes, and the shards, for queries.
 */
@NullMarked
package io.omendb.gateway;

import org.jspecify.annotations.NullMarked;
