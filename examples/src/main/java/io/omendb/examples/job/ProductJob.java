package io.omendb.examples.job;

import io.omendb.embed.hashing.HashingEmbedder;
import io.omendb.flink.OmenSink;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A shop's products, searchable by what they are called as they pass through a Flink job. */
public final class ProductJob {
    /** The uid of the sink: clients find its shards by it. */
    public static final String SINK_UID = "products";

    private static final HashingEmbedder EMBEDDER = new HashingEmbedder();

    private ProductJob() {}

    /** What the stream carries. */
    public record Product(String sku, String name, String category, double price) {}

    public static void main(String[] args) throws Exception {
        Configuration config = new Configuration();
        config.setString("state.backend.type", "io.omendb.state.OmenStateBackendFactory");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        makeSearchable(
                env.fromData(
                        new Product("1", "red running shoes", "shoes", 79.9),
                        new Product("2", "waterproof hiking boots", "shoes", 129.0)));
        env.execute("products");
    }

    static void makeSearchable(DataStream<Product> products) {
        products.sinkTo(
                        OmenSink.<Product>builder()
                                .collection("products")
                                .dimension(EMBEDDER.dimension())
                                .metric(Metric.COSINE)
                                .field("category", FieldType.KEYWORD)
                                .field("price", FieldType.DOUBLE)
                                .id(Product::sku)
                                .vector(product -> EMBEDDER.embed(product.name()))
                                .metadata(p -> Map.of("category", p.category(), "price", p.price()))
                                .text(Product::name)
                                .build())
                .uid(SINK_UID);
    }
}
