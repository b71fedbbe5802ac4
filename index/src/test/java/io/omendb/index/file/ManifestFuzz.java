package io.omendb.index.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Untrusted;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A segment's manifest, with a checksum that fits: what it is a checksum of is anybody's guess. */
public class ManifestFuzz {
    private static final Path FILE = Path.of("segment", Manifest.NAME);

    @FuzzTest
    void manifest(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Untrusted.file(
                input,
                () -> {
                    Manifest manifest = Manifest.decode(FILE, sealed(input));
                    assertThat(Manifest.decode(FILE, manifest.encode())).isEqualTo(manifest);
                });
    }

    private static byte[] sealed(byte[] open) {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        sealed.writeBytes(open);
        String seal = ",\"manifest_crc32c\":\"" + FileDigest.of(open).hex() + "\"}\n";
        sealed.writeBytes(seal.getBytes(StandardCharsets.US_ASCII));
        return sealed.toByteArray();
    }
}
