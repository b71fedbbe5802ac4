package io.omendb.flink.server;

import com.google.protobuf.UnsafeByteOperations;
import io.omendb.index.shard.ScrollItem;
import io.omendb.index.shard.ScrollKey;
import io.omendb.protocol.v1.Include;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.protocol.v1.ScrollResponse.Item;

/** Pages of a scroll, from messages and to messages. */
final class ScrollMessages {
    private ScrollMessages() {}

    static ScrollKey key(ScrollPosition position) {
        return new ScrollKey(
                position.getKeyGroup(), position.getIdHash(), position.getId().toByteArray());
    }

    static Item item(ScrollItem item, Include include) {
        ScrollKey key = item.key();
        return Item.newBuilder()
                .setPosition(
                        ScrollPosition.newBuilder()
                                .setKeyGroup(key.keyGroup())
                                .setIdHash(key.idHash())
                                .setId(UnsafeByteOperations.unsafeWrap(key.id())))
                .setPoint(PointMessages.of(item.hit(), include))
                .build();
    }
}
