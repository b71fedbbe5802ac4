package io.omendb.protocol.kafka;

import io.omendb.OmenException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through settings before a client is made of them: a client says "Failed to construct", or
 * fails where nobody looks. What the word of a configuration provider is can be known only then.
 */
final class KnownSettings {
    private static final Logger LOG = LoggerFactory.getLogger(KnownSettings.class);
    private static final String PROVIDER = "${";
    private static final String PROVIDERS = "config.providers";

    /** What begins so and is unknown would be a door that is left open. */
    private static final List<String> SECURITY = List.of("security.", "sasl.", "ssl.");

    /** Classes that may have keys of their own. */
    private static final List<String> PLUG_INS =
            List.of(
                    "ssl.engine.factory.class",
                    "sasl.login.class",
                    "sasl.login.callback.handler.class",
                    "sasl.client.callback.handler.class",
                    "security.providers");

    private static final Map<String, ConfigKey> KEYS = new HashMap<>();

    static {
        KEYS.putAll(AdminClientConfig.configDef().configKeys());
        KEYS.putAll(ProducerConfig.configDef().configKeys());
        KEYS.putAll(ConsumerConfig.configDef().configKeys());
    }

    private KnownSettings() {}

    /**
     * Checks each setting by itself.
     *
     * @throws OmenException INVALID naming the first key that Kafka does not know and that would be
     *     one of security, or whose value Kafka does not take
     */
    static void check(Map<String, String> settings) {
        boolean plugged = PLUG_INS.stream().anyMatch(settings::containsKey);
        new TreeMap<>(settings)
                .forEach(
                        (key, value) -> {
                            ConfigKey known = KEYS.get(key);
                            if (known == null) {
                                unknown(key, plugged);
                            } else if (!value.contains(PROVIDER)) {
                                check(known, value);
                            }
                        });
    }

    private static void unknown(String key, boolean plugged) {
        if (!plugged && SECURITY.stream().anyMatch(key::startsWith)) {
            throw OmenException.invalid(
                    key + ": found a key that Kafka's clients do not know; is it misspelt?");
        }
        if (!key.startsWith(PROVIDERS)) {
            LOG.warn("Kafka's clients do not know the setting {}: is it misspelt?", key);
        }
    }

    private static void check(ConfigKey known, String value) {
        if (known.name.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
            checkJaas(value);
            return;
        }
        try {
            Object parsed = ConfigDef.parseType(known.name, value, known.type);
            if (known.validator != null) {
                known.validator.ensureValid(known.name, parsed);
            }
        } catch (ConfigException e) {
            throw known.type == ConfigDef.Type.PASSWORD
                    ? OmenException.invalid(known.name + ": found a value that Kafka does not take")
                    : OmenException.invalid(known.name + ": found " + value + why(known, e));
        }
    }

    /** Kafka's message, without what it begins with: the value and the key. */
    private static String why(ConfigKey known, ConfigException failure) {
        String message = String.valueOf(failure.getMessage());
        String key = "configuration " + known.name + ": ";
        int at = message.indexOf(key);
        return at < 0
                ? ", which Kafka does not take"
                : ", which Kafka does not take: " + message.substring(at + key.length());
    }

    /** Kafka's own message quotes what it stumbles over, which may be a piece of a password. */
    private static void checkJaas(String value) {
        try {
            JaasContext unused =
                    JaasContext.loadClientContext(
                            Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(value)));
        } catch (RuntimeException e) {
            throw OmenException.invalid(
                    SaslConfigs.SASL_JAAS_CONFIG
                            + ": found a text that Kafka does not take, expected MODULE required"
                            + " KEY=\"VALUE\" and so on, with a semicolon at its end, in one line"
                            + " or with \\ at the end of all but the last");
        }
    }
}
