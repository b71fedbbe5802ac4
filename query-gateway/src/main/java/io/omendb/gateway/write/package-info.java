/** Points on their way to Kafka. */
@NullMarked
package io.omendb.gateway.write;

import org.jspecify.annotations.NullMarked;
