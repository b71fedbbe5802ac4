package io.omendb.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final String HASH = "a".repeat(64);

    @TempDir private Path folder;

    private static ApiKey key(String name, Permission... allow) {
        return new ApiKey(name, KeyHash.of(KeyHash.newKey()), Set.of(allow), Scope.ALL, null);
    }

    @Test
    void key_isReadWithAllItSays() {
        ApiKey key =
                KeyFile.parse(
                                "# of the shop\n- name: ingest\n  sha256: "
                                        + HASH
                                        + "\n  allow: [read, write]\n"
                                        + "  collections: [products, \"logs-*\"]\n"
                                        + "  expires: 2027-06-30\n")
                        .get(0);

        assertThat(key.name()).isEqualTo("ingest");
        assertThat(key.allow()).containsExactlyInAnyOrder(Permission.READ, Permission.WRITE);
        assertThat(key.scope().include("products")).isTrue();
        assertThat(key.scope().include("products-2")).isFalse();
        assertThat(key.scope().include("logs-2026")).isTrue();
        assertThat(key.scope().include("log")).isFalse();
        assertThat(key.expires()).isEqualTo(Instant.parse("2027-06-30T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    - {name: a, sha256: HASH, allow: [read], colour: red} | line 1: expected a YAML list of keys
                    - {name: a, sha256: HASH, allow: [reed]} | key a: allow: found "reed", expected read, write, manage, monitor
                    - {name: a, sha256: HASH, allow: []} | key a: allow: found nothing
                    - {name: a, sha256: HASH} | key a: allow: found none
                    - {name: a, allow: [read]} | key a: sha256: found none
                    - {sha256: HASH, allow: [read]} | key 0: name: found none
                    - {name: a b, sha256: HASH, allow: [read]} | key a b: name: found "a b"
                    - {name: a, sha256: omen_secret, allow: [read]} | key a: sha256: found 11 characters
                    - {name: a, sha256: HASH, allow: [read], collections: []} | key a: collections: found none
                    - {name: a, sha256: HASH, allow: [read], collections: ["*x"]} | key a: collections: found "*x"
                    - {name: a, sha256: HASH, allow: [read], expires: soon} | key a: expires: found "soon"
                    - {name: a, sha256: HASH, allow: [read], name: b} | line 1: expected a YAML list of keys
                    name: a | expected a YAML list of keys
                    - null | key 0: name: found none
                    - omen_secret | line 1: expected
                    - omen_secret: a | line 1: expected
                    - {name: a, sha256: HASH, allow: omen_secret} | line 1: expected
                    - {name: a, sha256: HASH, allow: [read], collections: ~} | key 0: collections: found nothing
                    - {name: a, sha256: HASH, allow: [read], collections: [~]} | key 0: collections: found nothing
                    - {name: a, sha256: HASH, allow: [read], expires: ~} | key 0: expires: found nothing
                    - {name: a, sha256: omen_secret | expected a YAML list of keys
                    """)
    void whatIsNoKey_isNamed_andNothingSecretShown(String yaml, String message) {
        assertThatThrownBy(() -> KeyFile.parse(yaml.replace("HASH", HASH)))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("omen_secret");
    }

    /** Lists in block style end where the next key begins, as YAML has it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void key_inBlockStyle_isRemovedWhereverItIs(int removed) throws Exception {
        Path file = folder.resolve("keys.yaml");
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            entries.add(
                    "- name: k"
                            + i
                            + "\r\n  sha256: \""
                            + ("" + i).repeat(64)
                            + "\"\r\n  allow:\r\n    - read\r\n    - write\r\n");
        }
        // A line break to YAML, in a comment, and none to most editors.
        String comment = "# one\u2028# two\r\n";
        Files.writeString(file, comment + String.join(comment, entries));

        KeyFileEditor.remove(file, "k" + removed);

        entries.remove(removed);
        assertThat(KeyFile.read(file))
                .extracting(ApiKey::name)
                .containsExactlyElementsOf(
                        IntStream.range(0, 3)
                                .filter(i -> i != removed)
                                .mapToObj(i -> "k" + i)
                                .toList());
        assertThat(Files.readString(file)).contains(entries).contains(comment);
    }

    @Test
    void newFile_isItsOwners() throws Exception {
        Path file = folder.resolve("keys.yaml");
        KeyFileEditor.add(file, key("a", Permission.READ));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void namesAndHashes_areEachThereOnce() {
        String one = "- {name: a, sha256: " + HASH + ", allow: [read]}\n";
        assertThatThrownBy(() -> KeyFile.parse(one + one)).hasMessageContaining("found a twice");
        assertThatThrownBy(() -> KeyFile.parse(one + one.replace("name: a", "name: b")))
                .hasMessageContaining("the same for a and b");
    }

    @Test
    void fileThatIsNotThere_isNamed() {
        Path file = folder.resolve("no.yaml");
        assertThatThrownBy(() -> KeyFile.read(file))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
                .hasMessageContaining("no.yaml");
    }

    @Test
    void keys_areAddedAndRemoved_andTheRestStays() throws Exception {
        Path file = folder.resolve("keys.yaml");
        ApiKey full =
                new ApiKey(
                        "full",
                        KeyHash.of("x"),
                        Set.of(Permission.READ, Permission.MANAGE),
                        new Scope(List.of("a", "b-*")),
                        Instant.parse("2030-01-02T03:04:05Z"));
        KeyFileEditor.add(file, key("first", Permission.READ));
        Files.writeString(file, "# by hand\n" + Files.readString(file) + "# about the next\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        KeyFileEditor.add(file, full);
        KeyFileEditor.add(file, key("last", Permission.MONITOR));

        assertThat(KeyFile.read(file)).hasSize(3).contains(full);

        KeyFileEditor.remove(file, "full");

        assertThat(KeyFile.read(file)).extracting(ApiKey::name).containsExactly("first", "last");
        assertThat(Files.readString(file)).contains("# by hand", "# about the next");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        KeyFileEditor.remove(file, "last");
        KeyFileEditor.remove(file, "first");
        assertThat(KeyFile.read(file)).isEmpty();
        assertThat(Files.readString(file)).isEqualTo("# by hand\n# about the next\n");
    }

    @Test
    void editing_refusesWhatItWouldSpoil() throws Exception {
        Path file = folder.resolve("keys.yaml");
        KeyFileEditor.add(file, key("a", Permission.READ));
        assertThatThrownBy(() -> KeyFileEditor.add(file, key("a", Permission.READ)))
                .hasMessageContaining("there is a key a already");
        assertThatThrownBy(() -> KeyFileEditor.remove(file, "b"))
                .hasMessageContaining("there is no key b");

        String inOneLine = "[{name: a, sha256: " + HASH + ", allow: [read]}]\n";
        Files.writeString(file, inOneLine);
        assertThatThrownBy(() -> KeyFileEditor.add(file, key("b", Permission.READ)))
                .hasMessageContaining("edit it by hand");
        assertThat(Files.readString(file)).isEqualTo(inOneLine);
    }

    @Test
    void newKeys_areLongAndDiffer() {
        String key = KeyHash.newKey();
        assertThat(key).matches("omen_[A-Za-z0-9_-]{43}").isNotEqualTo(KeyHash.newKey());
        // What `printf %s KEY | sha256sum` says.
        assertThat(KeyHash.of("omen_test").hex())
                .isEqualTo("a64913d9278c3928968ae2b9a8d87540b8ba8c965875cdb175fd233d6c9bc3e1");
    }
}
