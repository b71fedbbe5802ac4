package io.omendb.bench.stack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a benchmark says where its stack does not start. */
class KilledStackTest {
    private static final String HOME = "omen.home";

    @TempDir Path home;
    @TempDir Path directory;
    private String before;

    @BeforeEach
    void useHome() {
        before = System.getProperty(HOME);
        System.setProperty(HOME, home.toString());
    }

    @AfterEach
    void useHomeOfBefore() {
        if (before == null) {
            System.clearProperty(HOME);
        } else {
            System.setProperty(HOME, before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"omen: the port is taken", "\u00fc and \u2265"})
    void endsAtOnce_saysWhatItSaidLast(String words) throws Exception {
        omen(
                "for i in 1 2 3 4 5 6 7; do echo line $i; done; echo; echo '"
                        + words
                        + "' >&2; exit 3");
        try (KilledStack stack = KilledStack.in(directory, 0, 1000)) {
            assertThatThrownBy(() -> stack.up(2))
                    .hasMessage("./omen up ended: line 4\nline 5\nline 6\nline 7\n" + words);
        }
    }

    @Test
    void endsSilently_saysSo() throws Exception {
        omen("exit 0");
        try (KilledStack stack = KilledStack.in(directory, 0, 1000)) {
            assertThatThrownBy(() -> stack.up(2)).hasMessage("./omen up ended: it said nothing");
        }
    }

    private void omen(String script) throws Exception {
        Path omen = Files.writeString(home.resolve("omen"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(omen, PosixFilePermissions.fromString("rwx------"));
    }
}
