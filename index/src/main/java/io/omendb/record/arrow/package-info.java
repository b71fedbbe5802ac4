/** Points as Arrow IPC streams: the batch form of Kafka records and HTTP bodies. */
@NullMarked
package io.omendb.record.arrow;

import org.jspecify.annotations.NullMarked;
