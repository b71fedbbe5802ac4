package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.flink.server.InternalTls;
import io.omendb.protocol.ShardTls;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.SecurityOptions;

/**
 * How a Flink cluster is spoken to: the part {@code security.ssl.*} of its configuration. Of the
 * rest nothing is taken, or a client would look for the cluster elsewhere than it was told.
 */
public final class FlinkSecurity {
    /** Of a cluster whose configuration is not known. */
    public static final FlinkSecurity NONE = new FlinkSecurity(new Configuration());

    private static final String PREFIX = "security.ssl.";

    private final Configuration flink;

    private FlinkSecurity(Configuration flink) {
        this.flink = flink;
    }

    /**
     * Reads a cluster's configuration.
     *
     * @param file Flink's {@code config.yaml}
     * @throws OmenException MALFORMED if there is no such file, or it cannot be read as one
     */
    public static FlinkSecurity read(Path file) {
        Path absolute = file.toAbsolutePath();
        String name = GlobalConfiguration.FLINK_CONF_FILENAME;
        if (!absolute.endsWith(name) || !Files.isRegularFile(absolute)) {
            throw OmenException.malformed(
                    "--flink-config: found " + file + ", expected a file " + name + " of Flink's");
        }
        try {
            Configuration security = new Configuration();
            GlobalConfiguration.loadConfiguration(String.valueOf(absolute.getParent()))
                    .toMap()
                    .forEach(
                            (key, value) -> {
                                if (key.startsWith(PREFIX)) {
                                    security.setString(key, value);
                                }
                            });
            return new FlinkSecurity(security);
        } catch (RuntimeException e) {
            throw new OmenException(
                    ErrorCode.MALFORMED,
                    "--flink-config: found " + file + ", which Flink cannot read: " + e,
                    e);
        }
    }

    /**
     * For shards.
     *
     * @return empty where they are spoken to in plain text
     * @throws OmenException INVALID or EXTERNAL, as {@link InternalTls#of}
     */
    public Optional<ShardTls> shards() {
        return InternalTls.of(flink);
    }

    /**
     * For Flink's REST interface.
     *
     * @throws OmenException MALFORMED if the address is neither of http nor of https, or of http
     *     where the cluster speaks TLS
     */
    Configuration client(URI rest) {
        boolean tls = "https".equalsIgnoreCase(rest.getScheme());
        if (!tls && !"http".equalsIgnoreCase(rest.getScheme())) {
            throw OmenException.malformed(
                    "--flink: found \"" + rest + "\", expected http://... or https://...");
        }
        if (!tls && SecurityOptions.isRestSSLEnabled(flink)) {
            throw OmenException.malformed(
                    "--flink: found \""
                            + rest
                            + "\", expected https://..., since "
                            + SecurityOptions.SSL_REST_ENABLED.key()
                            + " is true in --flink-config");
        }
        Configuration client = new Configuration(flink);
        client.set(SecurityOptions.SSL_REST_ENABLED, tls);
        if (!flink.contains(SecurityOptions.SSL_REST_TRUSTSTORE)
                && !flink.contains(SecurityOptions.SSL_TRUSTSTORE)
                && !flink.contains(SecurityOptions.SSL_REST_VERIFY_HOSTNAME)) {
            // Java trusts certificates of everybody's: the name is what tells them apart.
            client.set(SecurityOptions.SSL_REST_VERIFY_HOSTNAME, true);
        }
        return client;
    }
}
