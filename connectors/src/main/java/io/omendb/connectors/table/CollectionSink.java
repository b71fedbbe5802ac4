package io.omendb.connectors.table;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.connectors.producer.ProducerOptions;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows to a collection's topic, many a record. A checkpoint of the job waits until Kafka has
 * what came before it, so that after a failure rows may be written again, which changes nothing.
 */
final class CollectionSink implements Sink<RowData> {
    private static final long serialVersionUID = 1;
    private static final Duration CATALOGUE_TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, Object> kafka;
    private final String collection;
    private final TableColumns columns;

    /** Not serializable as it is. */
    private final @Nullable CollectionToMake missing;

    private final long lingerMs;

    /** What a schema made of a table has. */
    private record CollectionToMake(int dimension, Metric metric, Map<String, FieldType> fields)
            implements Serializable {}

    CollectionSink(
            Map<String, Object> kafka,
            String collection,
            TableColumns columns,
            @Nullable CollectionSchema missing,
            ProducerOptions options) {
        this.kafka = kafka;
        this.collection = collection;
        this.columns = columns;
        this.missing =
                missing == null
                        ? null
                        : new CollectionToMake(
                                missing.dimension(),
                                missing.metric(),
                                new LinkedHashMap<>(missing.fields()));
        this.lingerMs = options.linger().toMillis();
    }

    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
        if (missing != null) {
            make(missing);
        }
        return new Writer(
                columns,
                OmenProducer.open(
                        kafka,
                        collection,
                        ProducerOptions.DEFAULT.withLinger(Duration.ofMillis(lingerMs))));
    }

    private void make(CollectionToMake wanted) {
        CollectionSchema schema =
                CollectionSchema.of(collection, wanted.dimension(), wanted.metric())
                        .withFields(wanted.fields());
        try (CatalogueFollower follower = CatalogueFollower.open(kafka);
                CatalogueWriter writer = CatalogueWriter.open(kafka, follower)) {
            follower.awaitCaughtUp(CATALOGUE_TIMEOUT);
            if (follower.current().get(collection) == null) {
                var unused = writer.create(schema);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        }
    }

    /** One subtask's. */
    private static final class Writer implements SinkWriter<RowData> {
        private final TableColumns columns;
        private final OmenProducer producer;

        private Writer(TableColumns columns, OmenProducer producer) {
            this.columns = columns;
            this.producer = producer;
        }

        @Override
        public void write(RowData row, Context context) {
            switch (row.getRowKind()) {
                case INSERT, UPDATE_AFTER -> {
                    var unused = producer.send(columns.toPoint(row));
                }
                case DELETE -> {
                    var unused = producer.delete(columns.id(row));
                }
                case UPDATE_BEFORE -> {
                    // What it becomes comes next.
                }
            }
        }

        @Override
        public void flush(boolean endOfInput) {
            producer.flush();
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
