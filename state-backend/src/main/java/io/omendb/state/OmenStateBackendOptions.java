package io.omendb.state;

import io.omendb.index.shard.ShardOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of the state backend in Flink's configuration. */
public final class OmenStateBackendOptions {

    /** Holds ordinary keyed state. */
    public static final ConfigOption<Delegate> DELEGATE =
            ConfigOptions.key("state.backend.omen.delegate")
                    .enumType(Delegate.class)
                    .defaultValue(Delegate.ROCKSDB)
                    .withDescription("Backend of ordinary keyed state: rocksdb or hashmap.");

    /** Where segments live on the local disk. */
    public static final ConfigOption<String> LOCAL_DIRECTORY =
            ConfigOptions.key("state.backend.omen.local-dir")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Directory for segments on local disk. Default: the task manager's temporary directories.");

    /** Size of the mutable segment in rows. */
    public static final ConfigOption<Integer> SEAL_ROWS =
            ConfigOptions.key("state.backend.omen.seal-rows")
                    .intType()
                    .defaultValue(ShardOptions.DEFAULT.sealRows())
                    .withDescription("Rows at which the mutable segment is sealed.");

    /** Size from which a shard is indexed. */
    public static final ConfigOption<Integer> INDEX_ROWS =
            ConfigOptions.key("state.backend.omen.index-rows")
                    .intType()
                    .defaultValue(ShardOptions.DEFAULT.trainRows())
                    .withDescription(
                            "Rows of a collection in one subtask from which they are indexed; fewer are compared one by one.");

    /** Size from which a merge leaves a file as it is. */
    public static final ConfigOption<Integer> PART_ROWS =
            ConfigOptions.key("state.backend.omen.part-rows")
                    .intType()
                    .defaultValue(ShardOptions.DEFAULT.partRows())
                    .withDescription(
                            "A merge writes the rows of files again that hold fewer rows than this; larger files are used on, so that checkpoints do not upload them twice.");

    /** Whether checkpoints on the same disk share files with the state. */
    public static final ConfigOption<Boolean> LINK_FILES =
            ConfigOptions.key("state.backend.omen.link-files")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Where checkpoints lie on the disk of the segments, they get a second name (hard link) of a segment's file instead of a copy. Savepoints are always copies.");

    /** A backend that ordinary state is delegated to. */
    public enum Delegate {
        ROCKSDB,
        HASHMAP
    }

    private OmenStateBackendOptions() {}
}
