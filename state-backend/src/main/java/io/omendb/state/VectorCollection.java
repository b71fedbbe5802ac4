package io.omendb.state;

import io.omendb.index.shard.Shard;
import io.omendb.schema.CollectionDefinition;

/**
 * A collection's part in one subtask.
 *
 * @param definition the generation this state belongs to
 * @param shard its rows
 */
public record VectorCollection(CollectionDefinition definition, Shard shard) {}
