package io.omendb.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and its own certificate in a PKCS12 file, as an operator makes it, with keytool. As a trust
 * store it trusts this certificate and no other.
 */
public record TestKeystore(Path file) {
    public static final String PASSWORD = "for-tests-only";

    /** With a key for cipher suites of ECDSA, which is made in no time. */
    public static TestKeystore create(Path folder, String name)
            throws IOException, InterruptedException {
        return create(folder, name, List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    }

    /**
     * With a key for cipher suites of RSA, as Flink's defaults are.
     *
     * @param name of the file and of the certificate; no host's
     * @param extensions of the certificate, such as {@code san=ip:127.0.0.1}
     */
    public static TestKeystore createRsa(Path folder, String name, String... extensions)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-keyalg", "RSA", "-keysize", "2048"));
        for (String extension : extensions) {
            options.addAll(List.of("-ext", extension));
        }
        return create(folder, name, options);
    }

    private static TestKeystore create(Path folder, String name, List<String> options)
            throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-alias",
                                name,
                                "-dname",
                                "CN=" + name,
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                file.toString()));
        command.addAll(options);
        Path log = folder.resolve(name + ".log");
        Process keytool =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IllegalStateException("keytool failed: " + Files.readString(log));
        }
        return new TestKeystore(file);
    }

    /** Its key and certificate, to be shown. */
    public KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(), PASSWORD.toCharArray());
        return keys;
    }

    /** Trust in its certificate. */
    public TrustManagerFactory trust() throws IOException, GeneralSecurityException {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store());
        return trust;
    }

    /** SHA-1, in hexadecimal digits with colons, as keytool prints it. */
    public String fingerprint() throws IOException, GeneralSecurityException {
        KeyStore store = store();
        byte[] certificate = store.getCertificate(store.aliases().nextElement()).getEncoded();
        return HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate));
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}
