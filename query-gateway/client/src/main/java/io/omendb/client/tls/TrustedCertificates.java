package io.omendb.client.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a PEM file, as what servers are trusted by. They stand in the place of those
 * that the JVM trusts, as curl's {@code --cacert} does: who names a private CA does not mean that
 * any public one may speak for the same server.
 */
public final class TrustedCertificates {
    /** What stands around a certificate, such as a private key or a text for people, is skipped. */
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

    private final Path file;
    private final List<X509Certificate> certificates;

    private TrustedCertificates(Path file, List<X509Certificate> certificates) {
        this.file = file;
        this.certificates = certificates;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read, holds no certificate, or one that is
     *     none; it names the file
     */
    public static TrustedCertificates read(Path file) {
        String text;
        try {
            // Of what is not ASCII, all is between the certificates and skipped.
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
        }
        List<X509Certificate> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            found.add(parse(file, found.size() + 1, blocks.group()));
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ": found no certificate, expected -----BEGIN CERTIFICATE----- (PEM)");
        }
        return new TrustedCertificates(file, List.copyOf(found));
    }

    private static X509Certificate parse(Path file, int number, String block) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            block.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    file + ": certificate " + number + " cannot be read: " + e.getMessage(), e);
        }
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * Trusts servers whose certificate is one of these or is signed by one of them.
     *
     * @param shown to servers that want to know who asks; null for none
     */
    public SSLContext context(@Nullable ClientCertificate shown) {
        try {
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                roots.setCertificateEntry(String.valueOf(i), certificates.get(i));
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(roots);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager jvm) {
                    return context(new DatedTrust(jvm), shown);
                }
            }
            throw new IllegalStateException("this JVM has no trust manager for X.509");
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JVM cannot trust certificates of a file", e);
        }
    }

    /**
     * Trusts the server that has the key of the file's first certificate, and no other, by whatever
     * name or address it is reached and whatever its dates: for who shares the file with the
     * server.
     *
     * @param shown as in {@link #context}
     */
    public SSLContext pinned(@Nullable ClientCertificate shown) {
        try {
            return context(new PinnedKey(file, certificates.get(0).getPublicKey()), shown);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private static SSLContext context(TrustManager trust, @Nullable ClientCertificate shown)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown == null ? null : shown.managers(), new TrustManager[] {trust}, null);
        return context;
    }
}
