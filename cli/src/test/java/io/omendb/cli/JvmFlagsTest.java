package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What starts a JVM that searches gives it the flags without which searches are slow. */
class JvmFlagsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "omen",
                "pom.xml",
                "docker/Dockerfile",
                "docker/compose.yaml",
                "docs/cluster.md",
                "cli/src/main/java/io/omendb/cli/stack/FlinkChild.java"
            })
    void flags_everywhere_areTheSame(String file) throws IOException {
        Path home = Path.of("").toAbsolutePath().getParent();
        assertThat(Files.readString(home.resolve(file)))
                .contains("jdk.incubator.vector", "-XX:PerMethodTrapLimit=5000");
    }
}
