package io.omendb.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority of a test's own, and the certificates that it issues: made by the JDK's
 * keytool, about half a second each.
 */
public final class PrivateCa {
    private static final String PASSWORD = "secret";
    private static final Base64.Encoder PEM =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private final Path folder;
    private final Path keys;

    private PrivateCa(Path folder) {
        this.folder = folder;
        this.keys = folder.resolve("keys.p12");
    }

    /** A new one, which keeps its files in a folder. */
    public static PrivateCa in(Path folder) throws IOException, InterruptedException {
        PrivateCa made = new PrivateCa(folder);
        made.keytool("ca", "-ext", "bc:c");
        return made;
    }

    /**
     * Issues a certificate.
     *
     * @param options of keytool, such as {@code -ext san=ip:127.0.0.1}
     */
    public PrivateCa issue(String name, String... options)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-signer", "ca"));
        all.addAll(List.of(options));
        keytool(name, all.toArray(String[]::new));
        return this;
    }

    /** Makes a certificate that nobody but itself has signed; as {@link #issue}. */
    public PrivateCa selfSigned(String name, String... options)
            throws IOException, InterruptedException {
        keytool(name, options);
        return this;
    }

    private void keytool(String alias, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-alias",
                                alias,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + alias,
                                "-keystore",
                                keys.toString(),
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    /** The certificate of the CA itself, as a PEM file. */
    public Path certificate() throws IOException, GeneralSecurityException {
        return certificate("ca");
    }

    /** A certificate by its name and those that speak for it, as a PEM file. */
    public Path certificate(String name) throws IOException, GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        for (Certificate certificate : store().getCertificateChain(name)) {
            append(pem, "CERTIFICATE", certificate.getEncoded());
        }
        return Files.writeString(folder.resolve(name + ".pem"), pem);
    }

    /** The private key of a certificate, as a PEM file (PKCS #8). */
    public Path key(String name) throws IOException, GeneralSecurityException {
        StringBuilder pem = new StringBuilder();
        append(pem, "PRIVATE KEY", store().getKey(name, PASSWORD.toCharArray()).getEncoded());
        return Files.writeString(folder.resolve(name + ".key"), pem);
    }

    private static void append(StringBuilder pem, String type, byte[] der) {
        pem.append("-----BEGIN ").append(type).append("-----\n");
        pem.append(PEM.encodeToString(der));
        pem.append("\n-----END ").append(type).append("-----\n");
    }

    /** TLS for who shows this certificate and trusts those that the CA has issued. */
    public SSLContext context(String name) throws IOException, GeneralSecurityException {
        KeyStore all = store();
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                name,
                all.getKey(name, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                all.getCertificateChain(name));
        KeyManagerFactory shown =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(own, PASSWORD.toCharArray());
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("ca", all.getCertificate("ca"));
        TrustManagerFactory trusted =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}
