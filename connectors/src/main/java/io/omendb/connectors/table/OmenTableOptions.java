package io.omendb.connectors.table;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** What may stand in the {@code WITH} of a table. */
final class OmenTableOptions {
    /** What begins so is for Kafka's clients, without it. */
    static final String KAFKA_PREFIX = "properties.";

    static final ConfigOption<String> COLLECTION =
            ConfigOptions.key("collection")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("The collection that the table is.");

    static final ConfigOption<String> BOOTSTRAP_SERVERS =
            ConfigOptions.key("bootstrap.servers")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Kafka, to write points.");

    static final ConfigOption<String> GATEWAY =
            ConfigOptions.key("gateway")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A gateway, to search and read points: http://127.0.0.1:8080.");

    static final ConfigOption<String> TOKEN =
            ConfigOptions.key("gateway.token")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "API key of the gateway, or bearer token for a proxy before it.");

    static final ConfigOption<String> CA_CERTIFICATE =
            ConfigOptions.key("gateway.ca-certificate")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "PEM file, on every TaskManager, of the CA that signed the gateway's"
                                    + " certificate; it alone is trusted then.");

    static final ConfigOption<String> VECTOR =
            ConfigOptions.key("vector.column")
                    .stringType()
                    .defaultValue("vector")
                    .withDescription("The column of the vectors.");

    static final ConfigOption<String> TEXT =
            ConfigOptions.key("text.column")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("The column that full-text search sees; none where absent.");

    static final ConfigOption<Integer> DIMENSION =
            ConfigOptions.key("dimension")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Components of a vector; where it is there, the collection is made if"
                                    + " it is missing.");

    static final ConfigOption<String> METRIC =
            ConfigOptions.key("metric")
                    .stringType()
                    .defaultValue("cosine")
                    .withDescription("How vectors of a collection that is made are compared.");

    static final ConfigOption<Duration> LINGER =
            ConfigOptions.key("sink.linger")
                    .durationType()
                    .defaultValue(Duration.ofMillis(5))
                    .withDescription("How long a point may wait for others to travel with.");

    static final ConfigOption<Double> RECALL_TARGET =
            ConfigOptions.key("search.recall-target")
                    .doubleType()
                    .noDefaultValue()
                    .withDescription("The share of the true neighbours to aim at.");

    static final ConfigOption<Consistency> CONSISTENCY =
            ConfigOptions.key("search.consistency")
                    .enumType(Consistency.class)
                    .defaultValue(Consistency.EVENTUAL)
                    .withDescription("What a search must see.");

    static final ConfigOption<Duration> TIMEOUT =
            ConfigOptions.key("search.timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription("How long a search may take, a minute at most.");

    private OmenTableOptions() {}

    /** The levels that need no more than their name. */
    enum Consistency {
        EVENTUAL,
        COMMITTED,
        STRONG
    }
}
