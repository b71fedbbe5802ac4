package io.omendb.cli.stack;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.connectors.ingest.IngestionOptions;
import io.omendb.connectors.ingest.MissingRecords;
import io.omendb.connectors.ingest.TopicMapping;
import io.omendb.gateway.freshness.MappedTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a stack runs: the YAML of {@code --config}, every key optional, unknown keys an error.
 *
 * @param directory where everything is kept
 * @param host address the gateway listens on
 * @param port port the gateway listens on; 0 for a free one
 * @param parallelism subtasks of the job, so shards of each collection
 * @param checkpointIntervalMs time between checkpoints
 * @param brokerPort port of the broker; 0 for a free one, kept from run to run
 * @param brokerMaxHeap largest heap of the broker
 * @param topics topics beside {@code omen.*} that feed collections
 * @param missingRecords what to do where Kafka has deleted records that were not read yet
 * @param taskManagers Flink's TaskManager processes; 0 to run Flink in this process
 * @param taskManagerHeap largest heap of each
 * @param separateProcessors whether searches and ingestion may get processors of their own while
 *     both go on
 * @param gateway what the gateway allows and offers beside HTTP
 */
public record StackConfig(
        Path directory,
        String host,
        int port,
        int parallelism,
        long checkpointIntervalMs,
        int brokerPort,
        String brokerMaxHeap,
        List<TopicMapping> topics,
        MissingRecords missingRecords,
        int taskManagers,
        String taskManagerHeap,
        boolean separateProcessors,
        GatewayConfig gateway) {

    public static final Path DIRECTORY_DEFAULT = Path.of("omen-data");

    /** One reads and parses several hundred thousand rows a second, if the processor is its own. */
    private static final int PROCESSORS_A_READER = 2;

    public static final StackConfig DEFAULT =
            new StackConfig(
                    DIRECTORY_DEFAULT,
                    "127.0.0.1",
                    8080,
                    2,
                    5_000,
                    0,
                    "512m",
                    List.of(),
                    MissingRecords.FAIL,
                    0,
                    "1g",
                    true,
                    GatewayConfig.DEFAULT);

    public StackConfig {
        if (parallelism < 1 || parallelism > 128) {
            throw OmenException.invalid(
                    "parallelism: found " + parallelism + ", expected 1 to 128");
        }
        if (checkpointIntervalMs < 100) {
            throw OmenException.invalid(
                    "checkpoint_interval_ms: found "
                            + checkpointIntervalMs
                            + ", expected at least 100");
        }
        if (taskManagers < 0 || taskManagers > 128) {
            throw OmenException.invalid(
                    "taskmanagers: found " + taskManagers + ", expected 0 to 128");
        }
        checkPort("port", port);
        checkPort("broker.port", brokerPort);
        checkHeap("broker.max_heap", brokerMaxHeap);
        checkHeap("taskmanager_heap", taskManagerHeap);
    }

    private static void checkPort(String key, int found) {
        if (found < 0 || found > 65_535) {
            throw OmenException.invalid(key + ": found " + found + ", expected 0 to 65535");
        }
    }

    private static void checkHeap(String key, String found) {
        if (!found.matches("[1-9][0-9]*[kmgKMG]?")) {
            throw OmenException.invalid(
                    key + ": found \"" + found + "\", expected a size such as 512m or 2g");
        }
    }

    public StackConfig withDirectory(Path chosen) {
        return new StackConfig(
                chosen,
                host,
                port,
                parallelism,
                checkpointIntervalMs,
                brokerPort,
                brokerMaxHeap,
                topics,
                missingRecords,
                taskManagers,
                taskManagerHeap,
                separateProcessors,
                gateway);
    }

    public StackConfig withPort(int chosen) {
        return new StackConfig(
                directory,
                host,
                chosen,
                parallelism,
                checkpointIntervalMs,
                brokerPort,
                brokerMaxHeap,
                topics,
                missingRecords,
                taskManagers,
                taskManagerHeap,
                separateProcessors,
                gateway);
    }

    public StackConfig withTaskManagers(int chosen) {
        return new StackConfig(
                directory,
                host,
                port,
                parallelism,
                checkpointIntervalMs,
                brokerPort,
                brokerMaxHeap,
                topics,
                missingRecords,
                chosen,
                taskManagerHeap,
                separateProcessors,
                gateway);
    }

    public StackConfig withGateway(GatewayConfig chosen) {
        return new StackConfig(
                directory,
                host,
                port,
                parallelism,
                checkpointIntervalMs,
                brokerPort,
                brokerMaxHeap,
                topics,
                missingRecords,
                taskManagers,
                taskManagerHeap,
                separateProcessors,
                chosen);
    }

    /** What the job reads. */
    IngestionOptions ingestion(String bootstrapServers) {
        int readers = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_A_READER);
        return new IngestionOptions(bootstrapServers, topics, missingRecords, readers);
    }

    /** What the gateway must know of what the job reads. */
    public MappedTopics mapped() {
        MappedTopics mapped = MappedTopics.NONE;
        for (TopicMapping mapping : topics) {
            mapped = mapped.with(mapping.topic(), mapping.collection());
        }
        return mapped;
    }

    /** The form of the file. */
    private record File(
            @Nullable String dir,
            @Nullable String host,
            @Nullable Integer port,
            @Nullable Integer parallelism,
            @JsonProperty("checkpoint_interval_ms") @Nullable Long checkpointIntervalMs,
            @Nullable Broker broker,
            @Nullable List<Topic> topics,
            @JsonProperty("missing_records") @Nullable String missingRecords,
            @Nullable Integer taskmanagers,
            @JsonProperty("taskmanager_heap") @Nullable String taskManagerHeap,
            @JsonProperty("separate_processors") @Nullable Boolean separateProcessors,
            GatewayConfig.@Nullable File gateway) {}

    private record Broker(
            @Nullable Integer port, @JsonProperty("max_heap") @Nullable String maxHeap) {}

    private record Topic(
            @JsonProperty(required = true) String topic,
            @JsonProperty(required = true) String collection,
            @Nullable String format) {}

    /**
     * Reads a file.
     *
     * @throws OmenException MALFORMED or INVALID naming the file and the key
     */
    public static StackConfig read(Path path) {
        ObjectMapper yaml =
                new ObjectMapper(new YAMLFactory())
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                        .disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);
        try {
            File file = yaml.readValue(Files.readString(path), File.class);
            return file == null ? DEFAULT : of(file);
        } catch (DatabindException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    path + ": " + e.getOriginalMessage() + " at " + where(e),
                    e);
        } catch (OmenException e) {
            throw new OmenException(e.code(), path + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + path + ": " + e, e);
        }
    }

    private static String where(DatabindException e) {
        return e.getLocation() == null ? "?" : "line " + e.getLocation().getLineNr();
    }

    private static StackConfig of(File file) {
        Broker broker = file.broker == null ? new Broker(null, null) : file.broker;
        List<TopicMapping> mappings = new ArrayList<>();
        if (file.topics != null) {
            file.topics.forEach(topic -> mappings.add(mapping(topic)));
        }
        return new StackConfig(
                file.dir == null ? DEFAULT.directory : Path.of(file.dir),
                or(file.host, DEFAULT.host),
                or(file.port, DEFAULT.port),
                or(file.parallelism, DEFAULT.parallelism),
                or(file.checkpointIntervalMs, DEFAULT.checkpointIntervalMs),
                or(broker.port, DEFAULT.brokerPort),
                or(broker.maxHeap, DEFAULT.brokerMaxHeap),
                mappings,
                file.missingRecords == null
                        ? DEFAULT.missingRecords
                        : MissingRecords.ofName(file.missingRecords),
                or(file.taskmanagers, DEFAULT.taskManagers),
                or(file.taskManagerHeap, DEFAULT.taskManagerHeap),
                or(file.separateProcessors, DEFAULT.separateProcessors),
                file.gateway == null ? DEFAULT.gateway : GatewayConfig.of(file.gateway));
    }

    private static TopicMapping mapping(@Nullable Topic topic) {
        if (topic == null) {
            throw OmenException.invalid("topics: found nothing, expected a topic and a collection");
        }
        RecordFormat format = RecordFormat.JSON;
        if (topic.format != null) {
            try {
                format = RecordFormat.ofName(topic.format);
            } catch (OmenException e) {
                throw new OmenException(
                        e.code(),
                        "topics: format: found \""
                                + topic.format
                                + "\", expected json, f32, arrow or patch",
                        e);
            }
        }
        return new TopicMapping(topic.topic, topic.collection, format);
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
