/** Asking the shards of the running job over gRPC and gathering what they answer. */
@NullMarked
package io.omendb.gateway.shards;

import org.jspecify.annotations.NullMarked;
