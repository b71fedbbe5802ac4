package io.omendb.gateway.tls;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.tls.PrivateCa;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path encrypted =
                Files.writeString(
                        folder.resolve("encrypted.key"),
                        Files.readString(key).replace("PRIVATE", "ENCRYPTED PRIVATE"));
        refused("encrypted.key: found an encrypted key", certificate, encrypted, null);
        refused("cannot read", folder, key, null);
    }
}
