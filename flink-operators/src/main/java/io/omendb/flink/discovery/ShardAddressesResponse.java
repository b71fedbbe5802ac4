package io.omendb.flink.discovery;

import io.omendb.protocol.ShardAddress;
import java.util.List;
import org.apache.flink.runtime.operators.coordination.CoordinationResponse;

/**
 * The subtasks that answer queries now.
 *
 * @param parallelism how many there are when all run
 * @param addresses those that run, ordered by subtask
 */
public record ShardAddressesResponse(int parallelism, List<ShardAddress> addresses)
        implements CoordinationResponse {}
