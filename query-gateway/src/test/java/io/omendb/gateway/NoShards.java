package io.omendb.gateway;

import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import java.util.List;

/** For gateways that are not searched. */
final class NoShards implements ShardDirectory {
    @Override
    public List<ShardAddress> shards() {
        return List.of();
    }

    @Override
    public void reportUnreachable(ShardAddress address) {}

    @Override
    public void close() {}
}
