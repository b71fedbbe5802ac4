package io.omendb.flink.discovery;

import io.omendb.protocol.ShardAddress;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/** A subtask tells its coordinator where it answers queries. */
public record ShardAddressEvent(ShardAddress address) implements OperatorEvent {}
