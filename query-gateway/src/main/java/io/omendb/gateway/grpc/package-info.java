/** How a gRPC call becomes an answer: the server, admission, errors as statuses. */
@NullMarked
package io.omendb.gateway.grpc;

import org.jspecify.annotations.NullMarked;
