package io.omendb.state;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackendFactory;

/** What {@code state.backend.type} names: {@code io.omendb.state.OmenStateBackendFactory}. */
public final class OmenStateBackendFactory implements StateBackendFactory<OmenStateBackend> {

    @Override
    public OmenStateBackend createFromConfig(ReadableConfig config, ClassLoader classLoader) {
        return new OmenStateBackend().configure(config, classLoader);
    }
}
