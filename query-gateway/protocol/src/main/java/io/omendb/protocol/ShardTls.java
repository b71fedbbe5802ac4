package io.omendb.protocol;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.buffer.UnpooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.omendb.OmenException;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * What shards and those who ask them know each other by: mutual TLS. Either side shows its own
 * certificate and refuses the other whose certificate it does not trust. Names of hosts do not
 * matter, as in Flink's internal communication: all processes of a cluster share one certificate as
 * a rule, and addresses change with every restart. So whatever {@code trust} accepts may ask shards
 * anything, and may pose as one.
 *
 * <p>TLS is that of the JDK, whatever else there is: a job's class loader may come and go in a
 * process, and a native library loaded by it would stay.
 *
 * @param keys own key and certificate
 * @param trust which certificates the other side may show
 * @param protocols such as {@code TLSv1.3}
 * @param cipherSuites by their names in the JDK, such as {@code TLS_AES_128_GCM_SHA256}
 */
public record ShardTls(
        KeyManagerFactory keys,
        TrustManagerFactory trust,
        List<String> protocols,
        List<String> cipherSuites) {

    public ShardTls {
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
    }

    /**
     * For a server that answers those only who show a certificate that is trusted.
     *
     * @throws OmenException INVALID if the JDK knows no such protocol or cipher suite
     */
    public SslContext server() {
        return context(SslContextBuilder.forServer(keys).trustManager(trust));
    }

    /**
     * For one who asks.
     *
     * @throws OmenException INVALID if the JDK knows no such protocol or cipher suite
     */
    public SslContext client() {
        return context(
                SslContextBuilder.forClient()
                        .keyManager(keys)
                        .trustManager(NamelessTrust.of(trust)));
    }

    private SslContext context(SslContextBuilder builder) {
        try {
            SslContext context =
                    GrpcSslContexts.configure(builder, SslProvider.JDK)
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols(protocols)
                            .ciphers(cipherSuites)
                            .build();
            // What the JDK does not know is found when an engine is made: here, not once somebody
            // connects.
            context.newEngine(UnpooledByteBufAllocator.DEFAULT);
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw OmenException.invalid(
                    "TLS of shards: found protocols "
                            + protocols
                            + " and cipher suites "
                            + cipherSuites
                            + ", expected some that this JDK knows and that go together: "
                            + e.getMessage());
        }
    }
}
