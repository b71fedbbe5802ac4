package io.omendb.flink;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.flink.operator.VectorOperatorFactory;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdateType;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreWriteTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes any stream searchable: {@code
 * stream.sinkTo(OmenSink.<Product>builder()…build()).uid("products")}. The sink expands to
 * extraction, {@code keyBy} and the operator that holds the vectors; there is nothing to write
 * afterwards. A row with an id seen before replaces the older one.
 *
 * <p>An element that does not fit the collection (its dimension, a field's type) fails the job with
 * a message that says what was found and what is expected: filter a stream that may hold such
 * elements before it gets here.
 *
 * <p>Elements of one id take effect in the order of the stream, as long as all of them come from
 * the same subtask before the sink.
 *
 * <p>The sink needs a uid: outside clients find its shards under {@link #operatorUid(String)}, and
 * its state survives restarts only under a stable uid. The job needs {@code state.backend.type:
 * io.omendb.state.OmenStateBackendFactory}.
 *
 * @param <T> what the stream carries
 */
public final class OmenSink<T> implements Sink<T>, SupportsPreWriteTopology<T> {
    private static final long serialVersionUID = 1;
    private static final String SHARD_UID = "shard";
    private static final String EXTRACT_UID = "extract";

    private final CollectionDefinition definition;
    private final Extractors<T> extractors;

    private OmenSink(CollectionDefinition definition, Extractors<T> extractors) {
        this.definition = definition;
        this.extractors = extractors;
    }

    /** A function that Flink can ship. */
    @FunctionalInterface
    public interface Extractor<T, R> extends Function<T, R>, Serializable {}

    /** What is taken from each element. */
    record Extractors<T>(
            Extractor<T, String> id,
            Extractor<T, float[]> vector,
            @Nullable Extractor<T, Map<String, Object>> metadata,
            @Nullable Extractor<T, String> text)
            implements Serializable {}

    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /** The uid under which the vector operator of a sink with this uid runs. */
    public static String operatorUid(String sinkUid) {
        return sinkUid + ": " + SHARD_UID;
    }

    @Override
    public DataStream<T> addPreWriteTopology(DataStream<T> input) {
        int parallelism = input.getExecutionEnvironment().getParallelism();
        DataStream<ShardUpdate> updates =
                input.process(new UpdateExtractor<>(definition, extractors))
                        .returns(ShardUpdateType.INSTANCE)
                        .name("extract points")
                        .uid(EXTRACT_UID)
                        // As many as there are before it: spreading elements over more or fewer
                        // would let two of one id overtake each other.
                        .setParallelism(input.getParallelism());
        return updates.keyBy(ShardUpdate::keyHash, Types.LONG)
                .transform("vectors", input.getType(), new VectorOperatorFactory<T>(definition))
                .uid(SHARD_UID)
                .setParallelism(parallelism);
    }

    /** Nothing reaches the writer: the operator before it keeps everything. */
    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new SinkWriter<>() {
            @Override
            public void write(T element, Context writeContext) {
                throw new IllegalStateException("the vector operator emits nothing");
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }

    /** Collects what a sink needs; {@link #build()} checks it. */
    public static final class Builder<T> {
        private @Nullable String collection;
        private int dimension;
        private Metric metric = Metric.COSINE;
        private final Map<String, FieldType> fields = new LinkedHashMap<>();
        private @Nullable Extractor<T, String> id;
        private @Nullable Extractor<T, float[]> vector;
        private @Nullable Extractor<T, Map<String, Object>> metadata;
        private @Nullable Extractor<T, String> text;

        private Builder() {}

        /** Name of the collection; required. */
        public Builder<T> collection(String name) {
            this.collection = name;
            return this;
        }

        /** Components per vector; required. */
        public Builder<T> dimension(int components) {
            this.dimension = components;
            return this;
        }

        /** How vectors are compared; cosine unless said. */
        public Builder<T> metric(Metric chosen) {
            this.metric = chosen;
            return this;
        }

        /** Declares a metadata field that can be filtered on. */
        public Builder<T> field(String name, FieldType type) {
            fields.put(name, type);
            return this;
        }

        /** The id of an element; required. */
        public Builder<T> id(Extractor<T, String> extractor) {
            this.id = extractor;
            return this;
        }

        /** The vector of an element; required. A null vector deletes the id. */
        public Builder<T> vector(Extractor<T, float[]> extractor) {
            this.vector = extractor;
            return this;
        }

        /**
         * The metadata of an element; values are strings, numbers, booleans or lists of strings.
         */
        public Builder<T> metadata(Extractor<T, Map<String, Object>> extractor) {
            this.metadata = extractor;
            return this;
        }

        /** The text of an element. */
        public Builder<T> text(Extractor<T, String> extractor) {
            this.text = extractor;
            return this;
        }

        /**
         * The sink.
         *
         * @throws OmenException INVALID if something required is missing or wrong
         */
        public OmenSink<T> build() {
            if (collection == null || id == null || vector == null) {
                throw new OmenException(
                        ErrorCode.INVALID,
                        "OmenSink: collection, dimension, id and vector are required");
            }
            CollectionSchema schema =
                    CollectionSchema.of(collection, dimension, metric).withFields(fields);
            CollectionDefinition definition =
                    new CollectionDefinition(
                            schema, CollectionDefinition.defaultTopic(collection), 1, Map.of());
            return new OmenSink<>(definition, new Extractors<>(id, vector, metadata, text));
        }
    }
}
