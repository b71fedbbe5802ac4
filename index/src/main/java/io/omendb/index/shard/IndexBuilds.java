package io.omendb.index.shard;

import io.omendb.index.device.SearchDevice;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.ivf.IndexBuilderException;
import io.omendb.index.ivf.ProcessorIndexBuilder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the long parts of making an index done on the device, where that is faster. */
final class IndexBuilds {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBuilds.class);

    private final @Nullable SearchDevice device;

    /**
     * Builds.
     *
     * @param device null to do without
     */
    IndexBuilds(@Nullable SearchDevice device) {
        this.device = device;
    }

    /**
     * Does work with the builder that does it soonest; a second time, on the processor, where the
     * device failed.
     *
     * @param dimension components of a vector
     * @param rows rows of the work
     */
    <T> T run(int dimension, int rows, Function<IndexBuilder, T> work) {
        IndexBuilder elsewhere = device == null ? null : device.indexBuilder(dimension, rows);
        if (elsewhere != null) {
            try {
                return work.apply(elsewhere);
            } catch (IndexBuilderException e) {
                LOG.warn("Making an index goes on on the processor: {}", e.getMessage());
            }
        }
        return work.apply(ProcessorIndexBuilder.INSTANCE);
    }
}
