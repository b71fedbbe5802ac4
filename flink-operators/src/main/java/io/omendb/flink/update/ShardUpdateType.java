package io.omendb.flink.update;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Makes streams of updates use {@link ShardUpdateSerializer} rather than Kryo. */
public final class ShardUpdateType extends TypeInformation<ShardUpdate> {
    private static final long serialVersionUID = 1;

    public static final ShardUpdateType INSTANCE = new ShardUpdateType();

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<ShardUpdate> getTypeClass() {
        return ShardUpdate.class;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public TypeSerializer<ShardUpdate> createSerializer(SerializerConfig config) {
        return new ShardUpdateSerializer();
    }

    @Override
    public String toString() {
        return "ShardUpdate";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardUpdateType;
    }

    @Override
    public int hashCode() {
        return ShardUpdateType.class.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ShardUpdateType;
    }
}
