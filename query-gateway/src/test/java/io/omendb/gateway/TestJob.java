package io.omendb.gateway;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.schema.CollectionDefinition;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Stands in for the Flink job: follows the catalogue and its topics, and serves the shard protocol
 * over maps that are searched one row at a time.
 */
final class TestJob implements ShardDirectory {
    private final CatalogueFollower catalogue;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TestShard> shards = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Object turn = new Object();
    private final Set<Integer> hidden = ConcurrentHashMap.newKeySet();
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::follow, "test-job");
    private volatile boolean paused;
    private volatile boolean closed;

    TestJob(String bootstrapServers, int parallelism) throws Exception {
        catalogue = CatalogueFollower.open(bootstrapServers);
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "auto.offset.reset",
                                "earliest",
                                "enable.auto.commit",
                                false,
                                "isolation.level",
                                "read_committed"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        for (int i = 0; i < parallelism; i++) {
            TestShard shard = new TestShard(catalogue::current);
            shards.add(shard);
            servers.add(
                    NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                            .addService(shard)
                            .build()
                            .start());
            ports.add(servers.get(i).getPort());
        }
        thread.start();
    }

    /** Applies nothing until {@link #resume}. */
    void pause() {
        synchronized (turn) {
            paused = true;
        }
    }

    void resume() {
        paused = false;
    }

    /** Searches of this shard wait until the latch opens. */
    CountDownLatch hold(int shard) {
        CountDownLatch gate = new CountDownLatch(1);
        shards.get(shard).gate = gate;
        return gate;
    }

    /** This shard answers nothing until the latch opens. */
    CountDownLatch silence(int shard) {
        CountDownLatch silence = new CountDownLatch(1);
        shards.get(shard).silence = silence;
        return silence;
    }

    /** This shard says of nothing that it is applied, until the latch opens. */
    CountDownLatch neverApplied(int shard) {
        CountDownLatch behind = new CountDownLatch(1);
        shards.get(shard).behind = behind;
        return behind;
    }

    /** The same, from when this shard has next answered a page of a scroll. */
    CountDownLatch behindOnceScrolled(int shard) {
        CountDownLatch behind = new CountDownLatch(1);
        shards.get(shard).behindOnceScrolled = behind;
        return behind;
    }

    /** Searches that this shard was asked for, ever. */
    int searches(int shard) {
        return shards.get(shard).searches.get();
    }

    /** Those of them that whoever asked gave up. */
    int cancelled(int shard) {
        return shards.get(shard).cancelled.get();
    }

    /** Leaves a shard out of the directory, as while a job recovers. */
    void hide(int shard) {
        hidden.add(shard);
    }

    void unhide() {
        hidden.clear();
    }

    /** Ends a shard's server for good; its address stays. */
    void kill(int shard) throws InterruptedException {
        servers.get(shard).shutdownNow().awaitTermination();
    }

    Set<String> reported() {
        return reported;
    }

    /** Whether it has read of a collection. */
    boolean knows(String collection) {
        return catalogue.current().containsKey(collection);
    }

    @Override
    public List<ShardAddress> shards() {
        List<ShardAddress> addresses = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            if (!hidden.contains(i)) {
                addresses.add(
                        new ShardAddress(i, shards.size(), 0, "127.0.0.1", ports.get(i), i, i));
            }
        }
        return addresses;
    }

    @Override
    public void reportUnreachable(ShardAddress address) {
        reported.add(address.target());
    }

    private void follow() {
        try {
            while (!closed) {
                assign();
                if (paused || consumer.assignment().isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(5);
                    continue;
                }
                synchronized (turn) {
                    poll();
                }
            }
        } catch (InterruptException | InterruptedException e) {
            closed = true;
        } finally {
            Thread.interrupted();
            consumer.close();
        }
    }

    private void poll() {
        if (paused) {
            return;
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(20))) {
            int owner = Math.floorMod(record.key().hashCode(), shards.size());
            for (int i = 0; i < shards.size(); i++) {
                shards.get(i).apply(record, i == owner);
            }
        }
    }

    private void assign() {
        Set<TopicPartition> wanted = new HashSet<>();
        for (CollectionDefinition collection : catalogue.current().values()) {
            for (int i = 0; i < collection.schema().partitions(); i++) {
                wanted.add(new TopicPartition(collection.topic(), i));
            }
        }
        wanted.addAll(consumer.assignment());
        if (!wanted.equals(consumer.assignment())) {
            consumer.assign(wanted);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
            for (Server server : servers) {
                server.shutdownNow().awaitTermination();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catalogue.close();
    }
}
