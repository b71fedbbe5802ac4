package io.omendb.cli.client;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.client.tls.ClientCertificate;
import io.omendb.client.tls.TrustedCertificates;
import java.nio.file.Path;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is reached.
 *
 * @param url such as {@code https://db.example.com:8080}
 * @param apiKey null for none
 * @param tls whom to trust and what to show; null to trust whom the JVM trusts
 */
public record GatewayAccess(String url, @Nullable String apiKey, @Nullable SSLContext tls) {
    /** What a header can have, and no blanks. */
    private static final String KEY = "[\\x21-\\x7e]+";

    /**
     * @throws OmenException MALFORMED if the key cannot be one; it is not shown
     */
    public GatewayAccess {
        if (apiKey != null && !apiKey.matches(KEY)) {
            throw OmenException.malformed(
                    "API key: found characters that no key has, expected visible ASCII");
        }
    }

    /** Without a key, and trusting whom the JVM trusts. */
    public static GatewayAccess of(String url) {
        return new GatewayAccess(url, null, null);
    }

    /** The key in the environment, {@code OMEN_API_KEY}; null for none. */
    public static @Nullable String keyOfEnvironment() {
        String set = System.getenv("OMEN_API_KEY");
        return set == null || set.isBlank() ? null : set.strip();
    }

    public GatewayAccess withApiKey(@Nullable String chosen) {
        return new GatewayAccess(url, chosen, tls);
    }

    /**
     * Trusts servers whose certificate a CA of a file has signed, and no others.
     *
     * @param pem null to trust whom the JVM trusts
     * @param shown to servers that want to know who asks; null for none
     * @throws OmenException EXTERNAL if it cannot be read or holds no certificate
     */
    public GatewayAccess withCa(@Nullable Path pem, @Nullable ClientCertificate shown) {
        if (pem != null) {
            return withTls("--ca: ", pem, trusted -> trusted.context(shown));
        }
        return shown == null ? this : new GatewayAccess(url, apiKey, shown.context());
    }

    /**
     * Trusts the server that has this very certificate and no other, whatever it is called: one
     * that listens on 127.0.0.1 may have a certificate for db.example.com.
     *
     * @param shown as in {@link #withCa}
     * @throws OmenException as {@link #withCa}
     */
    public GatewayAccess withPinned(Path pem, @Nullable ClientCertificate shown) {
        return withTls("certificate of the gateway: ", pem, trusted -> trusted.pinned(shown));
    }

    private GatewayAccess withTls(
            String field, Path pem, Function<TrustedCertificates, SSLContext> trust) {
        try {
            return new GatewayAccess(url, apiKey, trust.apply(TrustedCertificates.read(pem)));
        } catch (IllegalArgumentException e) {
            throw new OmenException(ErrorCode.EXTERNAL, field + e.getMessage(), e);
        }
    }

    /** The key is nobody's business. */
    @Override
    public String toString() {
        return "GatewayAccess[" + url + "]";
    }
}
