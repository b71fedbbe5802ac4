/** Writing points to Kafka in batches. */
@NullMarked
package io.omendb.connectors.producer;

import org.jspecify.annotations.NullMarked;
