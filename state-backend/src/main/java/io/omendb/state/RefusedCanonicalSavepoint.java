package io.omendb.state;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.StreamCompressionDecorator;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.BackendStateType;

/**
 * Fails when the asynchronous part of a savepoint starts to read it, which declines the savepoint
 * and nothing else.
 *
 * @param resources what the delegate would have written
 */
record RefusedCanonicalSavepoint<K>(FullSnapshotResources<K> resources)
        implements FullSnapshotResources<K> {
    private static final StateMetaInfoSnapshot VECTORS =
            new StateMetaInfoSnapshot("vectors", BackendStateType.KEY_VALUE, Map.of(), Map.of());

    /** Never empty: Flink takes a savepoint of no states for done, and would ask for nothing. */
    @Override
    public List<StateMetaInfoSnapshot> getMetaInfoSnapshots() {
        List<StateMetaInfoSnapshot> states = resources.getMetaInfoSnapshots();
        return states.isEmpty() ? List.of(VECTORS) : states;
    }

    @Override
    public KeyValueStateIterator createKVStateIterator() throws IOException {
        throw new IOException(
                "a CANONICAL savepoint cannot hold vector state: take a NATIVE one (--type native)");
    }

    @Override
    public KeyGroupRange getKeyGroupRange() {
        return resources.getKeyGroupRange();
    }

    @Override
    public TypeSerializer<K> getKeySerializer() {
        return resources.getKeySerializer();
    }

    @Override
    public StreamCompressionDecorator getStreamCompressionDecorator() {
        return resources.getStreamCompressionDecorator();
    }

    @Override
    public void release() {
        resources.release();
    }
}
