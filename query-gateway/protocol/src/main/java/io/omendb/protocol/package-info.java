/**
 * What gateway and job share: shard addresses, error trailers and, in {@code v1}, the gRPC
 * messages.
 */
@NullMarked
package io.omendb.protocol;

import org.jspecify.annotations.NullMarked;
