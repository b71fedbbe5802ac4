package io.omendb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page shows what tests compile and run, all of it and nothing else. */
class DocumentationTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "java-client.md");
    private static final List<Path> SOURCES =
            List.of(
                    Path.of("src/test/java/io/omendb/client/SnippetsTest.java"),
                    Path.of("src/test/java/io/omendb/client/TlsTest.java"),
                    Path.of("../src/test/java/io/omendb/gateway/ClientSnippetsIT.java"));

    @Test
    void page_showsTheSnippetsThatTestsRun() throws IOException {
        List<String> run = new ArrayList<>();
        for (Path source : SOURCES) {
            run.addAll(between(Files.readAllLines(source), "// snippet", "// end"));
        }
        List<String> shown = between(Files.readAllLines(PAGE), "```java", "```");
        assertThat(shown).isNotEmpty().containsExactlyInAnyOrderElementsOf(run);
    }

    private static List<String> between(List<String> lines, String from, String to) {
        List<String> blocks = new ArrayList<>();
        List<String> block = null;
        for (String line : lines) {
            if (block == null && line.strip().equals(from)) {
                block = new ArrayList<>();
            } else if (block != null && line.strip().equals(to)) {
                blocks.add(block.stream().collect(Collectors.joining("\n")).stripIndent());
                block = null;
            } else if (block != null) {
                block.add(line);
            }
        }
        assertThat(block).as("an open block").isNull();
        return blocks;
    }
}
