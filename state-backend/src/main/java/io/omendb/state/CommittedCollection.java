package io.omendb.state;

import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionDefinition;
import java.util.Map;

/**
 * A collection's part in one subtask as the last completed checkpoint holds it: no failure takes it
 * back.
 *
 * @param definition the generation
 * @param snapshot its rows
 * @param applied how far each source was applied then, by {@code topic-partition}
 */
public record CommittedCollection(
        CollectionDefinition definition,
        ShardSnapshot snapshot,
        Map<String, AppliedPosition> applied) {}
