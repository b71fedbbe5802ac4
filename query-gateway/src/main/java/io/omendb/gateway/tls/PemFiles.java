package io.omendb.gateway.tls;

import com.linecorp.armeria.common.TlsKeyPair;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads certificates and keys, and checks that they belong together. */
final class PemFiles {
    private PemFiles() {}

    /**
     * What the files held at one time.
     *
     * @param clientCa empty where clients need no certificate
     */
    record Read(TlsKeyPair pair, List<X509Certificate> clientCa) {}

    static Read read(TlsFiles files) {
        byte[] key = bytes(files.key());
        byte[] chain = bytes(files.certificate());
        List<X509Certificate> certificates = certificates(files.certificate(), chain);
        TlsKeyPair pair;
        try {
            pair = TlsKeyPair.of(new ByteArrayInputStream(key), new ByteArrayInputStream(chain));
        } catch (RuntimeException e) {
            // What it says may show the file, which holds a secret.
            throw new OmenException(
                    ErrorCode.INVALID,
                    files.key()
                            + ": found "
                            + (new String(key, StandardCharsets.ISO_8859_1).contains("ENCRYPTED")
                                    ? "an encrypted key, expected one that is not"
                                    : "no key that can be read, expected one in PEM (PKCS#8 or"
                                            + " PKCS#1)"));
        }
        if (!belongTogether(pair.privateKey(), certificates.get(0).getPublicKey())) {
            throw OmenException.invalid(
                    files.key()
                            + ": found a key that is not that of the first certificate in "
                            + files.certificate());
        }
        Path clientCa = files.clientCa();
        return new Read(
                pair, clientCa == null ? List.of() : certificates(clientCa, bytes(clientCa)));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.NOT_FOUND, file + ": no such file", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    private static List<X509Certificate> certificates(Path file, byte[] pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .forEach(certificate -> certificates.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    file
                            + ": found no certificates that can be read, expected PEM: "
                            + e.getMessage(),
                    e);
        }
        if (certificates.isEmpty()) {
            throw OmenException.invalid(file + ": found no certificate, expected one in PEM");
        }
        return certificates;
    }

    /** By a signature: nothing else tells for keys of every kind. */
    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm(); // Ed25519 and its like sign by themselves
                };
        byte[] message = "omendb".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(message);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(message);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
