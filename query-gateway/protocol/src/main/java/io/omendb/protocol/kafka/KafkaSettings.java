package io.omendb.protocol.kafka;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * How Kafka is reached: bootstrap servers, and what a secured cluster wants beside them, as in the
 * properties files that Kafka's own tools take. The same for every client.
 *
 * <p>Values may be secret, so {@link #toString()} and errors tell keys only. Values that name a
 * configuration provider ({@code ${env:…}}) stay as they are until a client is made of them, in the
 * process where that is.
 *
 * @param properties the settings by key, {@code bootstrap.servers} among them
 * @param file the file they were read from; null for none
 */
public record KafkaSettings(Map<String, String> properties, @Nullable String file)
        implements Serializable {
    private static final String BOOTSTRAP = CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;

    /**
     * Checks the settings.
     *
     * @throws OmenException INVALID naming a key that is OmenDB's own to choose; MALFORMED where
     *     there are no bootstrap servers
     */
    public KafkaSettings {
        properties = Map.copyOf(properties);
        if (properties.getOrDefault(BOOTSTRAP, "").isBlank()) {
            throw OmenException.malformed(
                    BOOTSTRAP + ": found none, expected a list such as kafka-1:9092,kafka-2:9092");
        }
        OwnSettings.check(properties);
    }

    /** A cluster that lets everybody in. */
    public static KafkaSettings of(String bootstrapServers) {
        return of(Map.of(BOOTSTRAP, bootstrapServers));
    }

    /**
     * Settings that are in no file.
     *
     * @throws OmenException as the constructor; INVALID naming a key whose value Kafka does not
     *     take
     */
    public static KafkaSettings of(Map<String, String> properties) {
        return checked(properties, null);
    }

    private static KafkaSettings checked(Map<String, String> properties, @Nullable String file) {
        KafkaSettings settings = new KafkaSettings(properties, file);
        KnownSettings.check(settings.properties);
        return settings;
    }

    /**
     * What a command line gives: an address, a file, or both.
     *
     * @param bootstrapServers null or blank to take those of the file; else these win
     * @param file null or blank for none
     * @return null where neither is given
     * @throws OmenException EXTERNAL where the file cannot be read, else as {@link #of(Map)}; the
     *     message begins with the file
     */
    public static @Nullable KafkaSettings of(
            @Nullable String bootstrapServers, @Nullable String file) {
        String servers = bootstrapServers == null ? "" : bootstrapServers;
        if (file == null || file.isBlank()) {
            return servers.isBlank() ? null : of(servers);
        }
        try {
            Map<String, String> properties = new HashMap<>(read(file));
            if (!servers.isBlank()) {
                properties.put(BOOTSTRAP, servers);
            }
            return checked(properties, file);
        } catch (OmenException e) {
            throw new OmenException(e.code(), file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, String> read(String file) {
        try {
            // As Kafka's own tools read it.
            return Utils.propsToStringMap(Utils.loadProps(Path.of(file).toString()));
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "the file cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED, "found what is no properties file: " + e.getMessage(), e);
        }
    }

    public String bootstrapServers() {
        return properties.getOrDefault(BOOTSTRAP, "");
    }

    /** As the constructors of Kafka's clients take it. */
    public Map<String, Object> clientConfig() {
        return Map.copyOf(properties);
    }

    /** As Flink's connector takes it. */
    public Properties toProperties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /** Whether clients prove who they are, or the connection is encrypted. */
    public boolean isSecured() {
        return isSecured(properties);
    }

    /** The same of any settings of Kafka's clients. */
    public static boolean isSecured(Map<String, ?> settings) {
        Object protocol = settings.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
        return protocol != null && !protocol.toString().trim().equalsIgnoreCase("PLAINTEXT");
    }

    /** Keys only. */
    @Override
    public String toString() {
        return "KafkaSettings["
                + bootstrapServers()
                + ", keys "
                + new TreeSet<>(properties.keySet())
                + (file == null ? "" : " of " + file)
                + "]";
    }
}
