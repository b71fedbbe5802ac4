package io.omendb.client.tls;

import java.net.Socket;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server for its key alone, which it proves to have in the handshake. Being of this type,
 * it is the only one to look: the JVM adds its check of the host's name to others.
 */
final class PinnedKey extends X509ExtendedTrustManager {
    private final Path file;
    private final PublicKey key;

    PinnedKey(Path file, PublicKey key) {
        this.file = file;
        this.key = key;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (!chain[0].getPublicKey().equals(key)) {
            throw new CertificateException(
                    "found one of "
                            + chain[0].getSubjectX500Principal()
                            + ", expected the one in "
                            + file);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw notForClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw notForClients();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw notForClients();
    }

    private static CertificateException notForClients() {
        return new CertificateException("a pinned key is a server's");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
