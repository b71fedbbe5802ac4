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
    void trapLimit_whereTheVectorModuleIsAdded_isRaised(String file) throws IOException {
        Path home = Path.of("").toAbsolutePath().getParent();
        String text = Files.readString(home.resolve(file));
        assertThat(text).contains("jdk.incubator.vector", "-XX:PerMethodTrapLimit=5000");
        // In what is to be copied, not in what tells of it alone.
        text.lines()
                .filter(line -> line.startsWith("env.java.opts"))
                .forEach(line -> assertThat(line).contains("-XX:PerMethodTrapLimit=5000"));
    }
}
