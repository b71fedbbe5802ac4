/**
 * The catalogue of collections: a compacted Kafka topic that gateways write and everybody follows.
 */
@NullMarked
package io.omendb.protocol.catalogue;

import org.jspecify.annotations.NullMarked;
