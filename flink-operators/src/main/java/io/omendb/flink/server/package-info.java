/** The gRPC server that answers queries for one subtask. */
@NullMarked
package io.omendb.flink.server;

import org.jspecify.annotations.NullMarked;
