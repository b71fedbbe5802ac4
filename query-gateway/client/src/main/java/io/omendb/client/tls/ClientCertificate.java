package io.omendb.client.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What a client shows of itself, where servers want to know (mutual TLS). */
public final class ClientCertificate {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

    /** The store is in memory, and nobody else has it. */
    private static final char[] PASSWORD = {};

    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private ClientCertificate(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain;
    }

    /**
     * Reads a certificate and its key.
     *
     * @param certificate PEM: the client's own first, then those that lead from it to one that
     *     servers trust
     * @param key PEM: its private key, PKCS#8, not encrypted
     * @throws IllegalArgumentException if one of the files cannot be read or is none; it names the
     *     file
     */
    public static ClientCertificate read(Path certificate, Path key) {
        List<X509Certificate> chain = TrustedCertificates.read(certificate).certificates();
        String text;
        try {
            text = Files.readString(key, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + key + ": " + e, e);
        }
        Matcher block = KEY.matcher(text);
        if (!block.find()) {
            throw new IllegalArgumentException(
                    key
                            + ": found no key, expected -----BEGIN PRIVATE KEY----- (PEM, PKCS#8,"
                            + " not encrypted)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            // Of which kind a key is, its certificate says.
            PrivateKey read =
                    KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(der));
            return new ClientCertificate(read, chain);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Without the cause: it may show the key.
            throw new IllegalArgumentException(
                    key + ": found a key that is not that of the certificate in " + certificate);
        }
    }

    /** Shows it, and trusts whom the JVM trusts. */
    public SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    KeyManager[] managers() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry("own", key, PASSWORD, chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD);
            return factory.getKeyManagers();
        } catch (IOException e) {
            throw new GeneralSecurityException("a store in memory", e);
        }
    }
}
