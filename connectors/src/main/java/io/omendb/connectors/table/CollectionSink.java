package io.omendb.connectors.table;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.producer.OmenProducer;
import io.omendb.connectors.producer.ProducerOptions;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.kafka.KafkaSettings;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

    /** Where not all subtasks run at a time, the first may not be among them. */
    private static final Duration OTHERS_WAIT = Duration.ofSeconds(20);

    private static final long POLL_MS = 50;

    private final KafkaSettings kafka;
    private final String collection;
    private final TableColumns columns;

    /** What of points is changed; null where they are written as a whole. */
    private final @Nullable ChangedColumns changed;

    private final @Nullable CollectionSchema missing;
    private final Duration linger;

    /**
     * A sink.
     *
     * @param missing what to make where there is no such collection; null to make nothing
     */
    CollectionSink(
            KafkaSettings kafka,
            String collection,
            TableColumns columns,
            @Nullable CollectionSchema missing,
            Duration linger) {
        this(kafka, collection, columns, null, missing, linger);
    }

    private CollectionSink(
            KafkaSettings kafka,
            String collection,
            TableColumns columns,
            @Nullable ChangedColumns changed,
            @Nullable CollectionSchema missing,
            Duration linger) {
        this.changed = changed;
        this.kafka = kafka;
        this.collection = collection;
        this.columns = columns;
        this.missing = missing;
        this.linger = linger;
    }

    /** The sink of an insert that names its columns. */
    CollectionSink into(List<String> named) {
        return new CollectionSink(
                kafka, collection, columns, columns.changedBy(named), missing, linger);
    }

    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
        if (missing != null) {
            make(missing, context.getTaskInfo().getIndexOfThisSubtask() == 0);
        }
        return new Writer(
                columns,
                changed,
                OmenProducer.open(
                        kafka.clientConfig(),
                        collection,
                        ProducerOptions.DEFAULT.withLinger(linger)));
    }

    /** One makes it, the others wait for that: writers of the catalogue shut each other out. */
    private void make(CollectionSchema schema, boolean first) {
        Map<String, Object> clients = kafka.clientConfig();
        try (CatalogueFollower follower = CatalogueFollower.open(clients);
                CatalogueWriter writer = CatalogueWriter.open(clients, follower)) {
            follower.awaitCaughtUp(CATALOGUE_TIMEOUT);
            long end = System.nanoTime() + (first ? 0 : OTHERS_WAIT.toNanos());
            while (follower.current().get(collection) == null) {
                if (System.nanoTime() - end >= 0) {
                    var unused = writer.create(schema);
                } else {
                    TimeUnit.MILLISECONDS.sleep(POLL_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        }
    }

    /** One subtask's. */
    private static final class Writer implements SinkWriter<RowData> {
        private final TableColumns columns;
        private final @Nullable ChangedColumns changed;
        private final OmenProducer producer;

        private @Nullable CompletableFuture<String> watched;

        /** The first that Kafka did not take: without checkpoints nobody flushes for long. */
        private final AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();

        private Writer(
                TableColumns columns, @Nullable ChangedColumns changed, OmenProducer producer) {
            this.columns = columns;
            this.changed = changed;
            this.producer = producer;
        }

        @Override
        public void write(RowData row, Context context) throws IOException {
            checkSent();
            switch (row.getRowKind()) {
                case INSERT, UPDATE_AFTER ->
                        watch(
                                changed == null
                                        ? producer.send(columns.toPoint(row))
                                        : producer.patch(changed.toPatch(row)));
                case DELETE ->
                        watch(
                                changed == null
                                        ? producer.delete(columns.id(row))
                                        : producer.patch(changed.taken(row)));
                case UPDATE_BEFORE -> {
                    // What it becomes comes next.
                }
            }
        }

        /** Points of one batch share a future: it is watched once for many. */
        private void watch(CompletableFuture<String> token) {
            if (token != watched) {
                watched = token;
                var unused =
                        token.whenComplete(
                                (at, failure) -> {
                                    if (failure != null) {
                                        failed.compareAndSet(null, failure);
                                    }
                                });
            }
        }

        private void checkSent() throws IOException {
            Throwable failure = failed.get();
            if (failure != null) {
                throw new IOException("a row was not written: " + failure.getMessage(), failure);
            }
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            producer.flush();
            checkSent();
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
