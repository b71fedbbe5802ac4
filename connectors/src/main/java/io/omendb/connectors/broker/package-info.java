/** A real Kafka broker in a child JVM, for a laptop and for tests. */
@NullMarked
package io.omendb.connectors.broker;

import org.jspecify.annotations.NullMarked;
