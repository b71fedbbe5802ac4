/** How Kafka is reached, and what it says when it refuses: the same for every client of OmenDB. */
@NullMarked
package io.omendb.protocol.kafka;

import org.jspecify.annotations.NullMarked;
