package io.omendb.gateway.tls;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.netty.handler.ssl.ClientAuth;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * TLS 1.2 and 1.3 on the ports for HTTP and gRPC, with the certificates that the files hold now:
 * connections that are made after {@link #reload} get the new ones. Safe for use by any thread.
 */
public final class ServerTls {
    private final TlsFiles files;
    private final AdvancedTlsX509KeyManager grpcKey = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager grpcTrust;
    private volatile PemFiles.Read current;

    private ServerTls(
            TlsFiles files, PemFiles.Read current, AdvancedTlsX509TrustManager grpcTrust) {
        this.files = files;
        this.current = current;
        this.grpcTrust = grpcTrust;
    }

    /**
     * Reads the files.
     *
     * @throws OmenException NOT_FOUND, EXTERNAL or INVALID naming the file
     */
    public static ServerTls open(TlsFiles files) {
        PemFiles.Read read = PemFiles.read(files);
        try {
            ServerTls tls =
                    new ServerTls(
                            files,
                            read,
                            AdvancedTlsX509TrustManager.newBuilder()
                                    .setVerification(
                                            AdvancedTlsX509TrustManager.Verification
                                                    .CERTIFICATE_ONLY_VERIFICATION)
                                    .build());
            tls.use(read);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new OmenException(ErrorCode.INTERNAL, "this Java has no X.509", e);
        }
    }

    /**
     * Reads the files again. If that fails, what was read before stays in use.
     *
     * @throws OmenException as {@link #open}
     */
    public void reload() {
        use(PemFiles.read(files));
    }

    private synchronized void use(PemFiles.Read read) {
        try {
            if (!read.clientCa().isEmpty()) {
                grpcTrust.updateTrustCredentials(read.clientCa().toArray(new X509Certificate[0]));
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new OmenException(
                    ErrorCode.INVALID, files.clientCa() + ": cannot be used: " + e.getMessage(), e);
        }
        TlsKeyPair pair = read.pair();
        grpcKey.updateIdentityCredentials(
                pair.certificateChain().toArray(new X509Certificate[0]), pair.privateKey());
        current = read;
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

    /** What a gRPC server is built with. */
    public ServerCredentials grpc() {
        TlsServerCredentials.Builder credentials =
                TlsServerCredentials.newBuilder().keyManager(grpcKey);
        if (wantsClientCertificates()) {
            credentials.trustManager(grpcTrust).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        }
        return credentials.build();
    }
}
