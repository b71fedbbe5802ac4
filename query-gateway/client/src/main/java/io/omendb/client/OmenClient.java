package io.omendb.client;

import io.omendb.client.collection.CollectionInfo;
import io.omendb.client.collection.CollectionSchema;
import io.omendb.client.collection.CollectionSpec;
import io.omendb.client.collection.CollectionSummary;
import io.omendb.client.tls.ClientCertificate;
import io.omendb.client.tls.TrustedCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A gateway, called over HTTP.
 *
 * <pre>{@code
 * try (OmenClient client = OmenClient.connect("http://localhost:8080")) {
 *     OmenCollection products = client.collection("products");
 *     products.upsert(List.of(Point.of("boots", 0.9f, 0.1f)));
 *     Found found = products.search(Search.of(new float[] {1, 0}, 10));
 * }
 * }</pre>
 *
 * <p>Its methods wait for the answer; {@link #async} has the same ones that do not. What goes wrong
 * is an {@link OmenClientException}; what may help is tried again, see {@link RetryPolicy}. An
 * interrupted thread gets one at once and stays interrupted. Connections are kept and shared: a
 * program needs one client, which is safe for use by any number of threads.
 */
public final class OmenClient implements AutoCloseable {
    private final AsyncOmenClient async;

    private OmenClient(Transport transport) {
        this.async = new AsyncOmenClient(transport);
    }

    /**
     * A client with the defaults of {@link Builder}. Nothing is sent before the first call.
     *
     * @param uri such as {@code http://localhost:8080}
     * @throws IllegalArgumentException if it is no HTTP address
     */
    public static OmenClient connect(String uri) {
        return builder(uri).connect();
    }

    public static Builder builder(String uri) {
        return new Builder(uri);
    }

    /** The same calls, answered by futures. */
    public AsyncOmenClient async() {
        return async;
    }

    /** A collection by its name; the server is not asked whether it exists. */
    public OmenCollection collection(String name) {
        return new OmenCollection(async.collection(name));
    }

    /** As {@link AsyncOmenClient#createCollection}. */
    public CollectionSchema createCollection(String name, CollectionSpec spec) {
        return Blocking.await(async.createCollection(name, spec));
    }

    /** As {@link AsyncOmenClient#describeCollection}. */
    public CollectionInfo describeCollection(String name) {
        return Blocking.await(async.describeCollection(name));
    }

    /** As {@link AsyncOmenClient#listCollections}. */
    public List<CollectionSummary> listCollections() {
        return Blocking.await(async.listCollections());
    }

    /** As {@link AsyncOmenClient#dropCollection}. */
    public void dropCollection(String name) {
        var unused = Blocking.await(async.dropCollection(name));
    }

    /** Calls under way fail, with CLOSED. */
    @Override
    public void close() {
        async.close();
    }

    /** Says how to reach a server. Not for several threads. */
    public static final class Builder {
        private final String uri;
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration requestTimeout = Duration.ofSeconds(30);
        private RetryPolicy retries = RetryPolicy.DEFAULT;
        private @Nullable String bearerToken;
        private @Nullable SSLContext sslContext;
        private @Nullable Path trustedCertificates;
        private @Nullable Path ownCertificate;
        private @Nullable Path ownKey;
        private String userAgent = "omendb-java";

        private Builder(String uri) {
            this.uri = uri;
        }

        /** How long to wait for a connection; 5 s unless said. */
        public Builder connectTimeout(Duration chosen) {
            connectTimeout = chosen;
            return this;
        }

        /**
         * How long one try may take, from sending to the last byte of the answer; 30 s unless said.
         * A call that allows the server more gets more.
         */
        public Builder requestTimeout(Duration chosen) {
            requestTimeout = chosen;
            return this;
        }

        public Builder retries(RetryPolicy chosen) {
            retries = chosen;
            return this;
        }

        /**
         * The API key, for a gateway (or a proxy before it) that wants one: sent with every request
         * as {@code Authorization: Bearer …}. Over {@code http://} everybody on the way can read
         * it. No message and no {@code toString} shows it.
         */
        public Builder bearerToken(String chosen) {
            bearerToken = chosen;
            return this;
        }

        /**
         * The certificates that servers are trusted by, such as that of a private CA: one or
         * several in a PEM file, which is read by {@link #connect}. They stand in the place of the
         * JVM's own, as with curl's {@code --cacert}. That the certificate is for the host of the
         * address is checked all the same.
         */
        public Builder trustedCertificates(Path pem) {
            trustedCertificates = pem;
            return this;
        }

        /**
         * What to show of oneself to a server that wants to know (mutual TLS). Both files are read
         * by {@link #connect}.
         *
         * @param certificate PEM: one's own first, then those that lead to one that servers trust
         * @param key PEM: its private key, PKCS#8, not encrypted
         */
        public Builder clientCertificate(Path certificate, Path key) {
            ownCertificate = certificate;
            ownKey = key;
            return this;
        }

        /**
         * All of TLS, in the place of files; the JVM's default unless said. Names of hosts are
         * checked by the context's trust manager, as the JVM's do.
         */
        public Builder sslContext(SSLContext chosen) {
            sslContext = chosen;
            return this;
        }

        public Builder userAgent(String chosen) {
            userAgent = chosen;
            return this;
        }

        /**
         * @throws IllegalArgumentException if the address is no HTTP address, a duration is not
         *     positive, the token is none, certificates cannot be read or are given twice or for an
         *     address without TLS
         */
        public OmenClient connect() {
            return new OmenClient(
                    Transport.open(
                            new ClientOptions(
                                    uri,
                                    connectTimeout,
                                    requestTimeout,
                                    retries,
                                    bearerToken,
                                    tls(),
                                    userAgent)));
        }

        private @Nullable SSLContext tls() {
            if (trustedCertificates == null && ownCertificate == null) {
                return sslContext;
            }
            String field =
                    trustedCertificates == null ? "clientCertificate" : "trustedCertificates";
            if (sslContext != null) {
                throw new IllegalArgumentException(
                        field + ": found an sslContext beside it, expected one of the two");
            }
            ClientCertificate own = own();
            if (trustedCertificates == null) {
                return own == null ? null : own.context();
            }
            try {
                return TrustedCertificates.read(trustedCertificates).context(own);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
            }
        }

        private @Nullable ClientCertificate own() {
            if (ownCertificate == null || ownKey == null) {
                return null;
            }
            try {
                return ClientCertificate.read(ownCertificate, ownKey);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("clientCertificate: " + e.getMessage(), e);
            }
        }
    }
}
