package io.omendb.gateway;

import io.omendb.flink.server.ShardServer;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.index.shard.Patched;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointJson;
import io.omendb.schema.CollectionDefinition;
import io.omendb.state.OpenedState;
import io.omendb.state.VectorState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The job's shards without the job: real vector state behind real shard servers, written by one
 * thread that follows the catalogue and its topics.
 */
final class RealShards implements ShardDirectory {
    private final CatalogueFollower catalogue;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<VectorState> states = new ArrayList<>();
    private final List<ShardServer> servers = new ArrayList<>();
    private final Map<String, Long> defined = new HashMap<>();
    private final Thread thread = new Thread(this::follow, "real-shards");
    private volatile boolean closed;

    RealShards(String bootstrapServers, int parallelism) {
        catalogue = CatalogueFollower.open(bootstrapServers);
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "auto.offset.reset",
                                "earliest",
                                "enable.auto.commit",
                                false),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        for (int i = 0; i < parallelism; i++) {
            VectorState state =
                    OpenedState.in(Path.of("target", "shards-" + System.nanoTime() + "-" + i));
            states.add(state);
            servers.add(ShardServer.start("127.0.0.1", 0, "127.0.0.1", i, state));
        }
        thread.start();
    }

    @Override
    public List<ShardAddress> shards() {
        List<ShardAddress> addresses = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            addresses.add(
                    new ShardAddress(
                            i, servers.size(), 0, "127.0.0.1", servers.get(i).port(), i, i));
        }
        return addresses;
    }

    @Override
    public void reportUnreachable(ShardAddress address) {}

    private void follow() {
        try {
            while (!closed) {
                define();
                if (consumer.assignment().isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(5);
                    continue;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(10))) {
                    apply(record);
                }
            }
        } catch (InterruptException | InterruptedException e) {
            closed = true;
        } finally {
            Thread.interrupted();
            consumer.close();
        }
    }

    private void define() {
        Map<String, CollectionDefinition> current = catalogue.current();
        Set<TopicPartition> wanted = new HashSet<>(consumer.assignment());
        for (CollectionDefinition collection : current.values()) {
            if (!Long.valueOf(collection.generation()).equals(defined.get(collection.name()))) {
                states.forEach(state -> state.define(collection));
                defined.put(collection.name(), collection.generation());
            }
            for (int i = 0; i < collection.schema().partitions(); i++) {
                wanted.add(new TopicPartition(collection.topic(), i));
            }
        }
        for (String name : List.copyOf(defined.keySet())) {
            if (!current.containsKey(name)) {
                long generation = defined.remove(name);
                states.forEach(state -> state.drop(name, generation));
            }
        }
        if (!wanted.equals(consumer.assignment())) {
            consumer.assign(wanted);
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        String source = record.topic() + "-" + record.partition();
        for (CollectionDefinition collection : catalogue.current().values()) {
            boolean known =
                    Long.valueOf(collection.generation()).equals(defined.get(collection.name()));
            if (known
                    && collection.topic().equals(record.topic())
                    && collection.covers(record.partition(), record.offset())) {
                long hash = IdHash.of(record.key());
                apply(collection, record, source, hash);
                states.forEach(state -> state.advance(source, record.offset(), record.timestamp()));
            }
        }
    }

    private void apply(
            CollectionDefinition collection,
            ConsumerRecord<byte[], byte[]> record,
            String source,
            long hash) {
        int keyGroup = (int) (hash >>> 57);
        VectorState owner = states.get(keyGroup % states.size());
        if (record.value() == null) {
            boolean unused =
                    owner.delete(
                            collection.name(),
                            collection.generation(),
                            hash,
                            record.key(),
                            source,
                            record.offset(),
                            record.timestamp());
            return;
        }
        if (TestShard.isPatch(record)) {
            RowImage origin =
                    new RowImage(
                            record.key(),
                            keyGroup,
                            source,
                            record.offset(),
                            record.timestamp(),
                            null,
                            null);
            Patched unused =
                    owner.patch(
                            collection.name(),
                            collection.generation(),
                            hash,
                            origin,
                            PatchJson.read(
                                    record.value(),
                                    new String(record.key(), StandardCharsets.UTF_8)));
            return;
        }
        Point point = PointJson.read(record.value());
        RowImage image =
                new RowImage(
                        record.key(),
                        keyGroup,
                        source,
                        record.offset(),
                        record.timestamp(),
                        point.metadataJson(),
                        point.text() == null ? null : point.text().getBytes(StandardCharsets.UTF_8),
                        point.sparse());
        boolean unused =
                owner.upsert(
                        collection.name(), collection.generation(), hash, image, point.vector());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        servers.forEach(ShardServer::close);
        states.forEach(VectorState::close);
        catalogue.close();
    }
}
