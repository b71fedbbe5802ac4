package io.omendb.gateway.tls;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.tls.PrivateCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is said of files that cannot be used; how they are used, {@code SecuredIT} shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTlsTest {
    @TempDir private static Path folder;

    private Path certificate;
    private Path key;

    @BeforeAll
    void issue() throws Exception {
        PrivateCa ca = PrivateCa.in(folder).issue("server").issue("other");
        certificate = ca.certificate("server");
        key = ca.key("server");
        ca.key("other");
    }

    private static void refused(String message, Path certificate, Path key, Path clientCa) {
        assertThatThrownBy(() -> ServerTls.open(new TlsFiles(certificate, key, clientCa)))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining(message);
    }

    @Test
    void files_thatBelongTogether_areTaken() {
        assertThatCode(() -> ServerTls.open(new TlsFiles(certificate, key, null)))
                .doesNotThrowAnyException();
        assertThatCode(() -> ServerTls.open(new TlsFiles(certificate, key, certificate)))
                .doesNotThrowAnyException();
    }

    @Test
    void files_thatCannotBeUsed_areNamed() throws Exception {
        Path no = folder.resolve("no.pem");
        refused("no.pem: no such file", no, key, null);
        refused("no.pem: no such file", certificate, no, null);
        refused("no.pem: no such file", certificate, key, no);
        refused(
                "is not that of the first certificate",
                certificate,
                folder.resolve("other.key"),
                null);
        refused("server.key: found no certificate", key, key, null);
        refused("server.pem: found no key that can be read", certificate, certificate, null);
        Path encrypted = Files.writeString(folder.resolve("encrypted.key"), encrypted());
        refused("encrypted.key: found an encrypted key", certificate, encrypted, null);
        refused("cannot read", folder, key, null);
    }

    private static String encrypted() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        Cipher cipher = Cipher.getInstance("PBEWithSHA1AndDESede");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance("PBEWithSHA1AndDESede")
                        .generateSecret(new PBEKeySpec("secret".toCharArray())));
        byte[] der =
                new EncryptedPrivateKeyInfo(
                                cipher.getParameters(),
                                cipher.doFinal(keys.generateKeyPair().getPrivate().getEncoded()))
                        .getEncoded();
        return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
    }
}
