package io.omendb.connectors.table;

import static io.omendb.connectors.table.OmenTableOptions.BOOTSTRAP_SERVERS;
import static io.omendb.connectors.table.OmenTableOptions.COLLECTION;
import static io.omendb.connectors.table.OmenTableOptions.DIMENSION;
import static io.omendb.connectors.table.OmenTableOptions.GATEWAY;
import static io.omendb.connectors.table.OmenTableOptions.KAFKA_PREFIX;
import static io.omendb.connectors.table.OmenTableOptions.METRIC;

import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaSettings;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** Makes tables {@code WITH ('connector' = 'omendb', …)}. */
public final class OmenTableFactory implements DynamicTableSinkFactory, DynamicTableSourceFactory {
    /** The gateway's own limit. */
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);

    @Override
    public String factoryIdentifier() {
        return "omendb";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(COLLECTION);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(
                BOOTSTRAP_SERVERS,
                GATEWAY,
                OmenTableOptions.TOKEN,
                OmenTableOptions.CA_CERTIFICATE,
                OmenTableOptions.VECTOR,
                OmenTableOptions.TEXT,
                DIMENSION,
                METRIC,
                OmenTableOptions.LINGER,
                OmenTableOptions.RECALL_TARGET,
                OmenTableOptions.CONSISTENCY,
                OmenTableOptions.TIMEOUT,
                FactoryUtil.SINK_PARALLELISM);
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        ReadableConfig options = checked(context);
        TableColumns columns = columns(context, options);
        return new OmenTableSink(
                context.getCatalogTable().getResolvedSchema().getColumnNames(),
                new CollectionSink(
                        kafka(context, options),
                        options.get(COLLECTION),
                        columns,
                        schema(options, columns),
                        options.get(OmenTableOptions.LINGER)),
                options.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null));
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        ReadableConfig options = checked(context);
        TableColumns columns = columns(context, options);
        columns.checkReadable();
        checkSearch(options);
        String gateway = required(options, GATEWAY, "VECTOR_SEARCH and lookups");
        String ca = options.getOptional(OmenTableOptions.CA_CERTIFICATE).orElse(null);
        if (ca != null && !gateway.startsWith("https://")) {
            throw new ValidationException(
                    "'gateway': found "
                            + gateway
                            + ", expected https:// where there is a 'gateway.ca-certificate'.");
        }
        return new OmenTableSource(
                columns,
                new GatewaySettings(
                        gateway,
                        options.getOptional(OmenTableOptions.TOKEN).orElse(null),
                        ca,
                        options.get(COLLECTION),
                        options.getOptional(OmenTableOptions.RECALL_TARGET).orElse(null),
                        options.get(OmenTableOptions.CONSISTENCY),
                        options.get(OmenTableOptions.TIMEOUT)));
    }

    /** {@code properties.*}, and where Kafka is. */
    private static KafkaSettings kafka(Context context, ReadableConfig options) {
        Map<String, String> kafka = new HashMap<>();
        context.getCatalogTable()
                .getOptions()
                .forEach(
                        (key, value) -> {
                            if (key.startsWith(KAFKA_PREFIX)) {
                                kafka.put(key.substring(KAFKA_PREFIX.length()), value);
                            }
                        });
        options.getOptional(BOOTSTRAP_SERVERS)
                .ifPresent(servers -> kafka.put(BOOTSTRAP_SERVERS.key(), servers));
        if (!kafka.containsKey(BOOTSTRAP_SERVERS.key())) {
            throw missing(BOOTSTRAP_SERVERS, "INSERT INTO");
        }
        try {
            return KafkaSettings.of(kafka);
        } catch (OmenException e) {
            throw new ValidationException(KAFKA_PREFIX + e.getMessage(), e);
        }
    }

    private static void checkSearch(ReadableConfig options) {
        Duration timeout = options.get(OmenTableOptions.TIMEOUT);
        if (timeout.toMillis() < 1 || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new ValidationException(
                    "'search.timeout': found "
                            + timeout.toMillis()
                            + " ms, expected 1 ms to 1 min.");
        }
        Double recall = options.getOptional(OmenTableOptions.RECALL_TARGET).orElse(null);
        if (recall != null && !(recall > 0 && recall <= 1)) {
            throw new ValidationException(
                    "'search.recall-target': found "
                            + recall
                            + ", expected more than 0 and at most 1.");
        }
    }

    private ReadableConfig checked(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validateExcept(KAFKA_PREFIX);
        return helper.getOptions();
    }

    private static String required(
            ReadableConfig options, ConfigOption<String> option, String what) {
        return options.getOptional(option).orElseThrow(() -> missing(option, what));
    }

    private static ValidationException missing(ConfigOption<String> option, String what) {
        return new ValidationException("'" + option.key() + "' is missing: " + what + " needs it.");
    }

    private static TableColumns columns(Context context, ReadableConfig options) {
        return TableColumns.of(
                (RowType) context.getPhysicalRowDataType().getLogicalType(),
                context.getPrimaryKeyIndexes(),
                options.get(OmenTableOptions.VECTOR),
                options.getOptional(OmenTableOptions.TEXT).orElse(null));
    }

    /** What to make where it is missing; null to make nothing. */
    private static @Nullable CollectionSchema schema(ReadableConfig options, TableColumns columns) {
        Integer dimension = options.getOptional(DIMENSION).orElse(null);
        if (dimension == null) {
            return null;
        }
        try {
            return CollectionSchema.of(
                            options.get(COLLECTION),
                            dimension,
                            Metric.ofApiName(options.get(METRIC)))
                    .withFields(columns.declaredFields());
        } catch (OmenException e) {
            throw new ValidationException(e.getMessage(), e);
        }
    }
}
