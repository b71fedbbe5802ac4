package io.omendb.flink.update;

import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;

/**
 * Written into checkpoints that hold updates in flight. Public, with a no-argument constructor, for
 * Flink.
 */
public final class ShardUpdateSerializerSnapshot extends SimpleTypeSerializerSnapshot<ShardUpdate> {

    public ShardUpdateSerializerSnapshot() {
        super(ShardUpdateSerializer::new);
    }
}
