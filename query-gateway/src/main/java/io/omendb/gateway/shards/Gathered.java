package io.omendb.gateway.shards;

import io.omendb.protocol.ShardAddress;
import java.util.List;

/**
 * What the shards answered.
 *
 * @param answers by subtask
 * @param total shards there are
 */
public record Gathered<T>(List<Answer<T>> answers, int total) {

    /** One shard's answer. */
    public record Answer<T>(ShardAddress shard, T value) {}

    /** The answers without their senders. */
    public List<T> values() {
        return answers.stream().map(Answer::value).toList();
    }

    public boolean isComplete() {
        return answers.size() == total;
    }
}
