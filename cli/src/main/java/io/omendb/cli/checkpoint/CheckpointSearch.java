package io.omendb.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.Shard;
import io.omendb.state.StoredCheckpoint;
import io.omendb.state.VectorState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A collection of a checkpoint, opened for searches. */
public final class CheckpointSearch implements AutoCloseable {
    private final ScratchFolder scratch;
    private final List<VectorState> states;
    private final List<Shard> shards;

    private CheckpointSearch(ScratchFolder scratch, List<VectorState> states, List<Shard> shards) {
        this.scratch = scratch;
        this.states = states;
        this.shards = shards;
    }

    /**
     * Opens a collection.
     *
     * @throws OmenException NOT_FOUND if there is no such checkpoint, or no such collection in it;
     *     CORRUPT if a part is damaged
     */
    public static CheckpointSearch open(Path checkpoint, String collection) {
        StoredCheckpoint stored = StoredCheckpoint.open(checkpoint);
        ScratchFolder scratch = ScratchFolder.create(null);
        List<VectorState> states = List.of();
        try {
            states = stored.restore(scratch.path());
            List<Shard> shards = new ArrayList<>();
            Set<String> names = new TreeSet<>();
            for (VectorState state : states) {
                names.addAll(state.collections().keySet());
                state.collection(collection).ifPresent(found -> shards.add(found.shard()));
            }
            if (shards.isEmpty()) {
                throw new OmenException(
                        ErrorCode.NOT_FOUND,
                        checkpoint + ": no collection " + collection + ", only " + names);
            }
            return new CheckpointSearch(scratch, states, shards);
        } catch (RuntimeException e) {
            states.forEach(VectorState::close);
            scratch.close();
            throw e;
        }
    }

    /** The k nearest rows of all subtasks, nearest first. */
    public List<Hit> search(float[] query, int k, @Nullable JsonNode filters) {
        List<Hit> hits = new ArrayList<>();
        for (Shard shard : shards) {
            Filter filter = filters == null ? null : FilterParser.parse(filters, shard.schema());
            hits.addAll(shard.snapshot().search(query, k, filter, SearchParams.DEFAULT).hits());
        }
        hits.sort(Comparator.comparingDouble(Hit::distance));
        return hits.subList(0, Math.min(k, hits.size()));
    }

    /** The vector of a point. */
    public float[] vector(String id) {
        for (Shard shard : shards) {
            Hit hit = shard.get(id).orElse(null);
            if (hit != null) {
                return hit.vector();
            }
        }
        throw new OmenException(ErrorCode.NOT_FOUND, "no point " + id);
    }

    @Override
    public void close() {
        states.forEach(VectorState::close);
        scratch.close();
    }
}
