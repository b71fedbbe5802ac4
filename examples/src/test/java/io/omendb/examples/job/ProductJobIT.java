package io.omendb.examples.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.omendb.embed.hashing.HashingEmbedder;
import io.omendb.examples.job.ProductJob.Product;
import io.omendb.flink.OmenSink;
import io.omendb.flink.discovery.JobShardDirectory;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.SearchRequest;
import io.omendb.protocol.v1.ShardServiceGrpc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.SerializedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProductJobIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @Test
    void products_streamedThroughTheSink_areSearchable(@InjectMiniCluster MiniCluster cluster)
            throws Exception {
        Configuration config = new Configuration();
        config.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(2);
        ProductJob.makeSearchable(endless(env));
        JobGraph job = env.getStreamGraph().getJobGraph();
        cluster.submitJob(job).get();
        try (JobShardDirectory directory =
                JobShardDirectory.open(
                        request ->
                                cluster.deliverCoordinationRequestToCoordinator(
                                        job.getJobID(),
                                        OmenSink.operatorUid(ProductJob.SINK_UID),
                                        new SerializedValue<>(request)))) {
            List<Point> hits = List.of();
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (hits.size() < 3 || hits.get(0).getDistance() > 0.6) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                hits =
                        search(
                                directory.shards(),
                                "shoes for running",
                                "{\"price\":{\"$lte\":100}}");
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(hits).extracting(Point::getId).doesNotHaveDuplicates();
            assertThat(hits.get(0).getId()).isEqualTo("sku-0");
            assertThat(hits).extracting(Point::getId).doesNotContain("sku-1");
        } finally {
            cluster.cancelJob(job.getJobID()).get();
        }
    }

    /** Three products, sent over and over: each stays one row. */
    private static DataStream<Product> endless(StreamExecutionEnvironment env) {
        String[] names = {"red running shoes", "waterproof hiking boots", "coffee grinder"};
        double[] prices = {79.9, 129, 45};
        DataGeneratorSource<Product> source =
                new DataGeneratorSource<>(
                        i ->
                                i < 3
                                        ? new Product(
                                                "sku-" + i,
                                                names[i.intValue()],
                                                "c",
                                                prices[i.intValue()])
                                        : new Product(
                                                "other-" + i % 50,
                                                "garden chair " + i % 50,
                                                "c",
                                                20),
                        Long.MAX_VALUE,
                        org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy
                                .perSecond(2000),
                        TypeInformation.of(Product.class));
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "products");
    }

    private static List<Point> search(List<ShardAddress> shards, String text, String filter)
            throws InterruptedException {
        if (shards.size() < 2) {
            return List.of();
        }
        float[] vector = new HashingEmbedder().embed(text);
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        List<Point> hits = new ArrayList<>();
        for (ShardAddress shard : shards) {
            ManagedChannel channel =
                    NettyChannelBuilder.forTarget(shard.target()).usePlaintext().build();
            try {
                hits.addAll(
                        ShardServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .search(
                                        SearchRequest.newBuilder()
                                                .setCollection("products")
                                                .setVector(ByteString.copyFrom(bytes.array()))
                                                .setK(60)
                                                .setFilterJson(filter)
                                                .build())
                                .getHitsList());
            } finally {
                channel.shutdownNow();
            }
        }
        hits.sort(Comparator.comparingDouble(Point::getDistance));
        return hits;
    }
}
