/** Kafka record formats: from bytes to points. */
@NullMarked
package io.omendb.connectors.format;

import org.jspecify.annotations.NullMarked;
