package io.omendb.cli.stack;

import io.omendb.protocol.ShardDirectory;
import java.net.URI;
import java.util.Optional;

/** The ingestion job of a stack, with the Flink cluster that it runs on. */
interface StackJob extends AutoCloseable {
    /** Flink's REST address. */
    URI restAddress();

    /** Finds the job's shards; the caller closes it. */
    ShardDirectory shards();

    /** Why the job ended for good, in one line; empty while it runs or recovers. */
    Optional<String> failure() throws InterruptedException;

    @Override
    void close();
}
