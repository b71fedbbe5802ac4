package io.omendb.connectors.ingest;

import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.protocol.kafka.KafkaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The job's command line: {@code [BOOTSTRAP_SERVERS] [--kafka-config FILE] [--topic TOPIC
 * COLLECTION FORMAT]... [--missing-records fail|skip] [--readers N]}. Environment variables stand
 * in for what is left out.
 */
final class JobArguments {
    static final String KAFKA_VARIABLE = "OMEN_KAFKA_BOOTSTRAP_SERVERS";
    static final String MISSING_RECORDS_VARIABLE = "OMEN_MISSING_RECORDS";
    static final String READERS_VARIABLE = "OMEN_READERS";
    private static final String KAFKA_CONFIG = "--kafka-config";
    private static final String TOPIC = "--topic";
    private static final String MISSING_RECORDS = "--missing-records";
    private static final String READERS = "--readers";

    private JobArguments() {}

    /** The arguments that {@link #parse} makes the same options of. */
    static List<String> of(IngestionOptions options) {
        KafkaSettings kafka = options.kafka();
        List<String> arguments = new ArrayList<>(List.of(kafka.bootstrapServers()));
        String file = kafka.file();
        if (file != null) {
            arguments.addAll(List.of(KAFKA_CONFIG, file));
        } else if (kafka.properties().size() > 1) {
            throw OmenException.invalid("kafka: found settings in no file, expected a file");
        }
        for (TopicMapping mapping : options.mappings()) {
            arguments.addAll(
                    List.of(
                            TOPIC,
                            mapping.topic(),
                            mapping.collection(),
                            mapping.format().apiName()));
        }
        arguments.addAll(
                List.of(
                        MISSING_RECORDS,
                        options.missingRecords().apiName(),
                        READERS,
                        Integer.toString(options.readers())));
        return arguments;
    }

    /**
     * Reads arguments.
     *
     * @throws OmenException MALFORMED saying what is missing or unknown; as {@link
     *     KafkaSettings#of(String, String)} where the file with Kafka's settings is wrong
     */
    static IngestionOptions parse(List<String> arguments, Map<String, String> environment) {
        String bootstrapServers = environment.get(KAFKA_VARIABLE);
        String kafkaConfig = environment.get(IngestionJob.KAFKA_CONFIG_VARIABLE);
        String missingRecords =
                environment.getOrDefault(MISSING_RECORDS_VARIABLE, MissingRecords.FAIL.apiName());
        String readers =
                environment.getOrDefault(
                        READERS_VARIABLE, Integer.toString(IngestionOptions.READER_EACH));
        List<TopicMapping> mappings = new ArrayList<>();
        int next = 0;
        if (!arguments.isEmpty() && !arguments.get(0).startsWith("--")) {
            bootstrapServers = arguments.get(next++);
        }
        while (next < arguments.size()) {
            String option = arguments.get(next++);
            switch (option) {
                case TOPIC -> {
                    mappings.add(
                            new TopicMapping(
                                    argument(arguments, next, option),
                                    argument(arguments, next + 1, option),
                                    RecordFormat.ofName(argument(arguments, next + 2, option))));
                    next += 3;
                }
                case KAFKA_CONFIG -> kafkaConfig = argument(arguments, next++, option);
                case MISSING_RECORDS -> missingRecords = argument(arguments, next++, option);
                case READERS -> readers = argument(arguments, next++, option);
                default ->
                        throw OmenException.malformed(
                                "unknown argument \""
                                        + option
                                        + "\", expected "
                                        + KAFKA_CONFIG
                                        + ", "
                                        + TOPIC
                                        + ", "
                                        + MISSING_RECORDS
                                        + " or "
                                        + READERS);
            }
        }
        KafkaSettings kafka = KafkaSettings.of(bootstrapServers, kafkaConfig);
        if (kafka == null) {
            throw OmenException.malformed(
                    "Kafka's bootstrap servers are missing: pass them or set "
                            + KAFKA_VARIABLE
                            + ", or name a file with "
                            + KAFKA_CONFIG
                            + " or "
                            + IngestionJob.KAFKA_CONFIG_VARIABLE);
        }
        return new IngestionOptions(
                kafka, mappings, MissingRecords.ofName(missingRecords), number(READERS, readers));
    }

    private static int number(String option, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw OmenException.malformed(option + ": found \"" + value + "\", expected a number");
        }
    }

    private static String argument(List<String> arguments, int index, String option) {
        if (index >= arguments.size()) {
            throw OmenException.malformed(option + ": an argument is missing");
        }
        return arguments.get(index);
    }
}
