package io.omendb.flink.server;

import io.grpc.netty.shaded.io.netty.handler.ssl.util.FingerprintTrustManagerFactory;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.ShardTls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.SecurityOptions;

/**
 * What Flink's processes identify each other by, {@code security.ssl.internal.*}, for shards and
 * those who ask them. Read as Flink reads it, with {@code security.ssl.*} where a key is left out;
 * Flink's own reader gives contexts of its own copy of Netty, which gRPC cannot use.
 */
public final class InternalTls {
    private InternalTls() {}

    /**
     * As configured.
     *
     * @return empty where {@code security.ssl.internal.enabled} is not true
     * @throws OmenException INVALID if a key is missing or wrong; EXTERNAL if a store cannot be
     *     read
     */
    public static Optional<ShardTls> of(Configuration flink) {
        if (!SecurityOptions.isInternalSSLEnabled(flink)) {
            return Optional.empty();
        }
        return Optional.of(
                new ShardTls(
                        keys(flink),
                        trust(flink),
                        list(flink, SecurityOptions.SSL_PROTOCOL),
                        list(flink, SecurityOptions.SSL_ALGORITHMS)));
    }

    private static KeyManagerFactory keys(Configuration flink) {
        KeyStore store =
                store(
                        flink,
                        SecurityOptions.SSL_INTERNAL_KEYSTORE,
                        SecurityOptions.SSL_KEYSTORE,
                        SecurityOptions.SSL_INTERNAL_KEYSTORE_TYPE,
                        required(
                                flink,
                                SecurityOptions.SSL_INTERNAL_KEYSTORE_PASSWORD,
                                SecurityOptions.SSL_KEYSTORE_PASSWORD));
        String password =
                required(
                        flink,
                        SecurityOptions.SSL_INTERNAL_KEY_PASSWORD,
                        SecurityOptions.SSL_KEY_PASSWORD);
        try {
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password.toCharArray());
            return keys;
        } catch (GeneralSecurityException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    SecurityOptions.SSL_INTERNAL_KEY_PASSWORD.key()
                            + ": the key cannot be read with it: "
                            + e.getMessage(),
                    e);
        }
    }

    private static TrustManagerFactory trust(Configuration flink) {
        KeyStore store =
                store(
                        flink,
                        SecurityOptions.SSL_INTERNAL_TRUSTSTORE,
                        SecurityOptions.SSL_TRUSTSTORE,
                        SecurityOptions.SSL_INTERNAL_TRUSTSTORE_TYPE,
                        required(
                                flink,
                                SecurityOptions.SSL_INTERNAL_TRUSTSTORE_PASSWORD,
                                SecurityOptions.SSL_TRUSTSTORE_PASSWORD));
        try {
            TrustManagerFactory trust = trustIn(flink);
            trust.init(store);
            return trust;
        } catch (GeneralSecurityException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    SecurityOptions.SSL_INTERNAL_TRUSTSTORE.key()
                            + ": its certificates cannot be trusted: "
                            + e.getMessage(),
                    e);
        }
    }

    /** As in Flink, certificates with one of the fingerprints are trusted, and no others. */
    private static TrustManagerFactory trustIn(Configuration flink)
            throws GeneralSecurityException {
        String fingerprints = flink.get(SecurityOptions.SSL_INTERNAL_CERT_FINGERPRINT);
        if (fingerprints == null || fingerprints.isBlank()) {
            return TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        }
        try {
            return FingerprintTrustManagerFactory.builder("SHA1")
                    .fingerprints(list(flink, SecurityOptions.SSL_INTERNAL_CERT_FINGERPRINT))
                    .build();
        } catch (IllegalArgumentException e) {
            throw OmenException.invalid(
                    SecurityOptions.SSL_INTERNAL_CERT_FINGERPRINT.key()
                            + ": found "
                            + fingerprints
                            + ", expected SHA-1 fingerprints of 40 hexadecimal digits: "
                            + e.getMessage());
        }
    }

    private static KeyStore store(
            Configuration flink,
            ConfigOption<String> file,
            ConfigOption<String> fallback,
            ConfigOption<String> type,
            String password) {
        String found = required(flink, file, fallback);
        try (InputStream in = Files.newInputStream(Path.of(found))) {
            KeyStore store = KeyStore.getInstance(flink.get(type));
            store.load(in, password.toCharArray());
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    file.key()
                            + ": found "
                            + found
                            + ", which cannot be read as a store of type "
                            + flink.get(type)
                            + ": "
                            + e,
                    e);
        }
    }

    private static String required(
            Configuration flink, ConfigOption<String> option, ConfigOption<String> fallback) {
        return flink.getOptional(option)
                .or(() -> flink.getOptional(fallback))
                .orElseThrow(
                        () ->
                                OmenException.invalid(
                                        option.key()
                                                + ": found nothing, expected it or "
                                                + fallback.key()
                                                + " where "
                                                + SecurityOptions.SSL_INTERNAL_ENABLED.key()
                                                + " is true"));
    }

    private static List<String> list(Configuration flink, ConfigOption<String> option) {
        return Arrays.stream(flink.get(option).split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
