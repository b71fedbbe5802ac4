package io.omendb.connectors.ingest;

import io.omendb.flink.operator.VectorOperatorFactory;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdateType;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.util.OutputTag;

/**
 * The job that serves every collection of a Kafka cluster: topics → parser → keyed by id → vector
 * operators, and what cannot be read → dead-letter topics. Collections that appear while it runs
 * are picked up within a second or two.
 */
public final class IngestionJob {

    /** The uid of the vector operators: under it the gateway asks for shards. */
    public static final String VECTORS_UID = "omen-vectors";

    /** The name the job runs under: by it a gateway finds the job on a cluster. */
    public static final String NAME = "omendb";

    /** Names the file with settings of Kafka's clients where no argument does. */
    public static final String KAFKA_CONFIG_VARIABLE = "OMEN_KAFKA_CONFIG";

    private static final int MAX_PARALLELISM = 128;

    /** None, which the API writes so: the parser knows when to send on what it has. */
    private static final long BUFFER_TIMEOUT_MS = -1;

    /** Where the source hands over to the parser by an exchange of its own. */
    private static final long UNCHAINED_BUFFER_TIMEOUT_MS = 5;

    /** Each exchange has a thread that wakes up so often; nobody waits for a dead letter. */
    private static final long DEAD_LETTER_BUFFER_TIMEOUT_MS = 100;

    private static final String DISCOVERY_INTERVAL_MS = "1000";
    private static final String METADATA_AGE_MS = "1000";

    private IngestionJob() {}

    /**
     * Runs the job on the cluster it is submitted to.
     *
     * @param args Kafka's bootstrap servers, {@code --kafka-config FILE} for more of its settings,
     *     {@code --topic TOPIC COLLECTION FORMAT} for each topic beside {@code omen.*}, {@code
     *     --missing-records fail|skip}, {@code --readers N}; without, what {@code
     *     OMEN_KAFKA_BOOTSTRAP_SERVERS}, {@code OMEN_KAFKA_CONFIG}, {@code OMEN_MISSING_RECORDS}
     *     and {@code OMEN_READERS} say
     */
    public static void main(String[] args) throws Exception {
        IngestionOptions options = JobArguments.parse(List.of(args), System.getenv());
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setMaxParallelism(MAX_PARALLELISM);
        build(environment, options);
        environment.execute(NAME);
    }

    /**
     * Adds the job to an environment of its own, which decides parallelism, checkpoints and state
     * backend; the environment's buffer timeout and reuse of objects become what the job needs.
     */
    public static void build(StreamExecutionEnvironment environment, IngestionOptions options) {
        environment.setBufferTimeout(
                environment.isChainingEnabled() ? BUFFER_TIMEOUT_MS : UNCHAINED_BUFFER_TIMEOUT_MS);
        // Records pass chained operators without a copy: none of them keeps or changes one.
        environment.getConfig().enableObjectReuse();
        int parallelism = environment.getParallelism();
        int readers = options.readers(parallelism);
        OutputTag<DeadLetter> deadLetterTag =
                new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));
        SingleOutputStreamOperator<ShardUpdate> updates =
                environment
                        .fromSource(source(options), WatermarkStrategy.noWatermarks(), "topics")
                        .uid("omen-topics")
                        .setParallelism(readers)
                        .transform(
                                "parse",
                                ShardUpdateType.INSTANCE,
                                new RecordParser(options, deadLetterTag))
                        .uid("omen-parse")
                        .setParallelism(readers);
        keyed(updates)
                .transform("vectors", Types.VOID, new VectorOperatorFactory<Void>())
                .uid(VECTORS_UID)
                .setParallelism(parallelism);
        updates.getSideOutput(deadLetterTag)
                // Chained to the parser: an exchange takes its timeout from the operator before it.
                .map(letter -> letter)
                .returns(DeadLetter.class)
                .name("dead letters out")
                .uid("omen-dead-letters-out")
                .setParallelism(readers)
                .setBufferTimeout(DEAD_LETTER_BUFFER_TIMEOUT_MS)
                .sinkTo(deadLetters(options))
                .name("dead letters")
                .uid("omen-dead-letters")
                .setParallelism(1)
                // Not the reader's thread: Kafka's producer waits where its buffer is full.
                .disableChaining();
    }

    /**
     * Batches are made for one subtask as the parallelism is now. An unaligned checkpoint would
     * keep them in flight and deal them out anew after a rescale, so there is none on this
     * exchange.
     */
    private static KeyedStream<ShardUpdate, Long> keyed(
            SingleOutputStreamOperator<ShardUpdate> updates) {
        KeyedStream<ShardUpdate, Long> keyed = updates.keyBy(ShardUpdate::keyHash, Types.LONG);
        if (keyed.getTransformation() instanceof PartitionTransformation<?> exchange) {
            exchange.getPartitioner().disableUnalignedCheckpoints();
        } else {
            throw new IllegalStateException("keyBy is no exchange any more");
        }
        return keyed;
    }

    private static PausingSource source(IngestionOptions options) {
        return new PausingSource(kafka(options));
    }

    private static KafkaSource<RawRecord> kafka(IngestionOptions options) {
        return KafkaSource.<RawRecord>builder()
                // First: what is set below wins.
                .setProperties(options.kafka().toProperties())
                .setKafkaSubscriber(new TopicSubscriber(options))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new RawRecordReader())
                .setProperty("partition.discovery.interval.ms", DISCOVERY_INTERVAL_MS)
                .setProperty("metadata.max.age.ms", METADATA_AGE_MS)
                .setProperty("commit.offsets.on.checkpoint", "false")
                // What a transaction has not committed may never have been.
                .setProperty("isolation.level", "read_committed")
                // The operating system's own size, which grows with what comes in.
                .setProperty("receive.buffer.bytes", "-1")
                .setProperty("client.id.prefix", clientIds(options))
                .build();
    }

    private static KafkaSink<DeadLetter> deadLetters(IngestionOptions options) {
        return KafkaSink.<DeadLetter>builder()
                .setKafkaProducerConfig(options.kafka().toProperties())
                .setProperty("acks", "all")
                .setProperty("enable.idempotence", "true")
                .setRecordSerializer(new DeadLetterWriter())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .build();
    }

    /** A quota may be for clients of the name that was given. */
    private static String clientIds(IngestionOptions options) {
        return options.kafka().properties().getOrDefault("client.id", "omen-ingest");
    }
}
