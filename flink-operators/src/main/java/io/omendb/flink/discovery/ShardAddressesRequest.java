package io.omendb.flink.discovery;

import org.apache.flink.runtime.operators.coordination.CoordinationRequest;

/** Asks a vector operator's coordinator for the addresses of its subtasks. */
public record ShardAddressesRequest() implements CoordinationRequest {}
