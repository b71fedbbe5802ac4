package io.omendb.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compiled kernels that are checked in are those of the sources beside them. */
class KernelsCurrentTest {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path COMPILED = Path.of("src/main/resources/io/omendb/gpu");
    private static final String HOW = "run gpu/build-kernels and commit what it writes";

    @Test
    void sources_areThoseThatWereCompiled() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String suffix : List.of(".cu", ".cuh")) {
            try (Stream<Path> files = Files.list(SOURCES)) {
                for (Path file :
                        files.filter(file -> file.toString().endsWith(suffix)).sorted().toList()) {
                    digest.update(Files.readAllBytes(file));
                }
            }
        }
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .as(HOW)
                .isEqualTo(recorded().getProperty("sources"));
    }

    @Test
    void compiled_isWhatTheCompilerMakes(@TempDir Path dir) throws Exception {
        String version = nvccVersion();
        assumeTrue(!version.isEmpty(), "needs nvcc: none is installed");
        String wanted = recorded().getProperty("nvcc");
        assumeTrue(
                version.contains("V" + wanted),
                "needs nvcc " + wanted + ", the one the kernels were compiled with; found another");
        Process build =
                new ProcessBuilder("./build-kernels", dir.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("log").toFile())
                        .start();
        assertThat(build.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(build.exitValue()).as(Files.readString(dir.resolve("log"))).isZero();
        for (String capability : List.of("75", "80")) {
            String file = "exact.compute_" + capability + ".ptx.gz";
            assertThat(text(dir.resolve(file))).as(HOW).isEqualTo(text(COMPILED.resolve(file)));
        }
    }

    private static String text(Path packed) throws IOException {
        try (InputStream in = new java.util.zip.GZIPInputStream(Files.newInputStream(packed))) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static Properties recorded() throws IOException {
        Properties recorded = new Properties();
        try (InputStream in = Files.newInputStream(COMPILED.resolve("kernels.properties"))) {
            recorded.load(in);
        }
        return recorded;
    }

    private static String nvccVersion() throws InterruptedException {
        try {
            Process nvcc =
                    new ProcessBuilder("nvcc", "--version").redirectErrorStream(true).start();
            String text = new String(nvcc.getInputStream().readAllBytes());
            return nvcc.waitFor() == 0 ? text : "";
        } catch (IOException e) {
            return "";
        }
    }
}
