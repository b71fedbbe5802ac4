package io.omendb.protocol;

import java.io.Serializable;

/**
 * Where one subtask of a vector operator answers queries.
 *
 * @param subtask index of the subtask, from 0
 * @param parallelism number of subtasks the operator runs with
 * @param attempt attempt number of the subtask; a restart raises it
 * @param host host name or address to connect to
 * @param port port of the shard server
 * @param firstKeyGroup first key group owned, inclusive
 * @param lastKeyGroup last key group owned, inclusive
 */
public record ShardAddress(
        int subtask,
        int parallelism,
        int attempt,
        String host,
        int port,
        int firstKeyGroup,
        int lastKeyGroup)
        implements Serializable {

    /** {@code host:port}. */
    public String target() {
        return target(host, port);
    }

    /** {@code host:port}. */
    public static String target(String host, int port) {
        return host + ":" + port;
    }
}
