package io.omendb.gateway.tls;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * TLS 1.2 and 1.3 on the ports for HTTP and gRPC, with the certificates that the files hold now:
 * connections that are made after {@link #reload} get the new ones. Safe for use by any thread.
 */
public final class ServerTls {
    private final TlsFiles files;
    private final ReplaceableSslContext grpc;
    private volatile PemFiles.Read current;

    private ServerTls(TlsFiles files, PemFiles.Read current) {
        this.files = files;
        this.current = current;
        this.grpc = new ReplaceableSslContext(contextOf(current));
    }

    /**
     * Reads the files.
     *
     * @throws OmenException NOT_FOUND, EXTERNAL or INVALID naming the file
     */
    public static ServerTls open(TlsFiles files) {
        return new ServerTls(files, PemFiles.read(files));
    }

    /**
     * Reads the files again. If that fails, what was read before stays in use.
     *
     * @throws OmenException as {@link #open}
     */
    public synchronized void reload() {
        PemFiles.Read read = PemFiles.read(files);
        grpc.replace(contextOf(read));
        current = read;
    }

    private SslContext contextOf(PemFiles.Read read) {
        TlsKeyPair pair = read.pair();
        SslContextBuilder builder =
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(pair.privateKey(), pair.certificateChain()));
        if (wantsClientCertificates()) {
            builder.trustManager(read.clientCa())
                    .clientAuth(io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth.REQUIRE);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    files.certificate() + ": cannot be used: " + e.getMessage(),
                    e);
        }
    }

    private boolean wantsClientCertificates() {
        return files.clientCa() != null;
    }

    /** Sets an HTTP server up. */
    public void configure(ServerBuilder server) {
        server.tlsProvider(
                new TlsProvider() {
                    @Override
                    public TlsKeyPair keyPair(String hostname) {
                        return current.pair();
                    }

                    @Override
                    public List<X509Certificate> trustedCertificates(String hostname) {
                        return current.clientCa();
                    }
                },
                ServerTlsConfig.builder()
                        .clientAuth(
                                wantsClientCertificates() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                        .build());
    }

    /** TLS of a gRPC server. */
    public SslContext grpc() {
        return grpc;
    }
}
