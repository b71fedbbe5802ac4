package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the images are made of exists where the build leaves it: there is no container engine on the
 * machines that test, and a jar by another name shows only when an image is built.
 */
class DockerfileIT {
    private static final Pattern COPIED_JAR = Pattern.compile("\\bcp (\\S+\\.jar) (\\S+)/lib/");
    private static final Pattern COPIED_FOLDER =
            Pattern.compile("COPY --from=build \\S*\\s*/src/(\\S+)/target/lib ");

    @Test
    void copiedJars_existAfterABuild() throws IOException {
        Path home = Path.of("").toAbsolutePath().getParent();
        String dockerfile = Files.readString(home.resolve("docker/Dockerfile"));
        List<String> modules = new ArrayList<>();
        Matcher jar = COPIED_JAR.matcher(dockerfile);
        while (jar.find()) {
            Path pattern = home.resolve(jar.group(1));
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(
                            pattern.getParent(), pattern.getFileName().toString())) {
                assertThat(found).as(jar.group(1)).hasSize(1);
            }
            modules.add(jar.group(2).replace("/target", ""));
        }
        List<String> folders = new ArrayList<>();
        Matcher folder = COPIED_FOLDER.matcher(dockerfile);
        while (folder.find()) {
            folders.add(folder.group(1));
        }
        assertThat(modules).containsExactlyInAnyOrder("connectors", "cli");
        assertThat(folders).containsExactlyInAnyOrderElementsOf(modules);
    }
}
