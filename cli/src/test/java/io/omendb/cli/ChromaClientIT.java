package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Chroma's own client for JavaScript against the whole stack: src/test/chroma/flow.mjs. */
@ExtendWith(SharedOmen.class)
class ChromaClientIT {
    private static final Path SOURCE = Path.of("src", "test", "chroma");
    private static final Path HOME = Path.of("target", "chroma-client");
    private static final long INSTALL_SECONDS_MAX = 60;
    private static final long FLOW_SECONDS_MAX = 60;

    /** What a program did. */
    private record Outcome(int exitCode, String output) {}

    @Test
    void flow_ofChromasOwnClient_holds(SharedOmen.Running shared) throws Exception {
        install();
        int port = URI.create(shared.omen().url).getPort();
        Outcome flow = run(FLOW_SECONDS_MAX, "node", "flow.mjs", Integer.toString(port));
        assertThat(flow.exitCode).as(flow.output).isZero();
        assertThat(flow.output).contains("flow held");
    }

    private static void install() throws Exception {
        Files.createDirectories(HOME);
        for (String file : List.of("package.json", "package-lock.json", "flow.mjs")) {
            Path unused =
                    Files.copy(
                            SOURCE.resolve(file),
                            HOME.resolve(file),
                            StandardCopyOption.REPLACE_EXISTING);
        }
        Outcome node;
        try {
            node = run(INSTALL_SECONDS_MAX, "node", "--version");
        } catch (IOException e) {
            node = new Outcome(1, "");
        }
        Assumptions.assumeTrue(
                node.exitCode == 0 && node.output.matches("v(1[89]|[2-9]\\d)\\.[\\s\\S]*"),
                "Node.js 18 or later is not on this machine, so Chroma's client was not run.");
        Outcome installed;
        try {
            // The optional packages are native code for embedded use: large, and not for a server.
            installed =
                    run(
                            INSTALL_SECONDS_MAX,
                            "npm",
                            "ci",
                            "--ignore-scripts",
                            "--omit=optional",
                            "--no-audit",
                            "--no-fund");
        } catch (IOException e) {
            installed = new Outcome(1, e.toString());
        }
        Assumptions.assumeTrue(
                installed.exitCode == 0,
                "npm is missing or its registry cannot be reached, so Chroma's client was not run: "
                        + installed.output);
    }

    private static Outcome run(long secondsMax, String... command) throws Exception {
        Path output = HOME.resolve("output.txt");
        Process process =
                new ProcessBuilder(command)
                        .directory(HOME.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        return new Outcome(ended ? process.exitValue() : -1, Files.readString(output));
    }
}
