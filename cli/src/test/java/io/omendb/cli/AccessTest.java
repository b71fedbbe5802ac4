package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayAccess;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.tls.PrivateCa;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways that want to know who is there, and those whose certificate is to be trusted first. */
class AccessTest {
    private static final String WANTED =
            "the gateway wants an API key: set OMEN_API_KEY or pass --api-key-file";

    @TempDir static Path dir;
    private static PrivateCa ca;
    private static Path trusted;
    private static Path reader;
    private static Path monitor;
    private static Path points;

    @BeforeAll
    static void make() throws Exception {
        ca =
                PrivateCa.in(dir)
                        .issue("here", "-ext", "san=ip:127.0.0.1")
                        .issue("elsewhere", "-ext", "san=dns:db.example.com");
        trusted = ca.certificate();
        reader = Files.writeString(dir.resolve("reader"), GuardedGateway.READER + "\n# mine\n");
        monitor = Files.writeString(dir.resolve("monitor"), GuardedGateway.MONITOR);
        points = Files.writeString(dir.resolve("p.ndjson"), "{\"id\":\"a\",\"vector\":[1,2]}\n");
    }

    private static String http(GuardedGateway gateway) {
        return "http://127.0.0.1:" + gateway.port();
    }

    private static String https(GuardedGateway gateway) {
        return "https://127.0.0.1:" + gateway.port();
    }

    private static Outcome search(String url, String... more) {
        return run(
                List.of("search", "--url", url, "--collection", "shop", "--vector", "[1,2]"), more);
    }

    private static Outcome ingest(String url, String... more) {
        return run(
                List.of("ingest", "--url", url, "--collection", "shop", points.toString()), more);
    }

    @Test
    void withoutAKey_oneLineSaysHowToGiveOne() throws Exception {
        try (GuardedGateway gateway = GuardedGateway.start(null)) {
            search(http(gateway)).isOneLine("omen: " + WANTED);
            ingest(http(gateway)).isOneLine("omen: " + WANTED);
        }
    }

    @Test
    void keyOfAFile_isItsFirstLine() throws Exception {
        try (GuardedGateway gateway = GuardedGateway.start(null)) {
            Outcome found = search(http(gateway), "--api-key-file", reader.toString());
            assertThat(found.code).as(found.error).isZero();
            assertThat(found.out).contains("0 hits");
            Outcome sent = ingest(http(gateway), "--api-key-file", reader.toString());
            assertThat(sent.code).as(sent.error).isZero();
            assertThat(sent.out).contains("1 points");
        }
    }

    @Test
    void keyThatDoesNotDo_isSaidToAndNotShown() throws Exception {
        Path unknown = Files.writeString(dir.resolve("unknown"), "unknown-s3cret");
        try (GuardedGateway gateway = GuardedGateway.start(null)) {
            String forbidden = "omen: " + GuardedGateway.FORBIDDEN;
            search(http(gateway), "--api-key-file", monitor.toString()).isOneLine(forbidden);
            ingest(http(gateway), "--api-key-file", monitor.toString()).isOneLine(forbidden);
            search(http(gateway), "--api-key-file", unknown.toString())
                    .isOneLine(
                            "omen: the gateway does not know the API key it got, see OMEN_API_KEY"
                                    + " or --api-key-file");
        }
    }

    @Test
    void keyThatIsNone_isRefusedBefore() throws Exception {
        Path missing = dir.resolve("missing");
        Outcome unread = search("http://127.0.0.1:1", "--api-key-file", missing.toString());
        assertThat(unread.code).isEqualTo(1);
        assertThat(unread.error).startsWith("omen: --api-key-file: cannot read " + missing);
        Path empty = Files.writeString(dir.resolve("empty"), "\nkey\n");
        search("http://127.0.0.1:1", "--api-key-file", empty.toString())
                .isOneLine(
                        "omen: --api-key-file: the first line of "
                                + empty
                                + " is empty, expected an API key");
        Path words = Files.writeString(dir.resolve("words"), "two s3crets");
        search("http://127.0.0.1:1", "--api-key-file", words.toString())
                .isOneLine(
                        "omen: API key: found characters that no key has, expected visible ASCII");
        assertThatThrownBy(() -> GatewayAccess.of("http://a").withApiKey("s3cret\r\nx: y"))
                .isInstanceOf(OmenException.class)
                .hasMessageNotContaining("s3cret");
        assertThat(GatewayAccess.of("http://a").withApiKey("s3cret").toString())
                .doesNotContain("s3cret");
    }

    @Test
    void certificateOfAPrivateCa_wantsTheCa() throws Exception {
        try (GuardedGateway gateway = GuardedGateway.start(ca.context("here"))) {
            String key = reader.toString();
            Outcome found =
                    search(https(gateway), "--api-key-file", key, "--ca", trusted.toString());
            assertThat(found.code).as(found.error).isZero();
            search(https(gateway), "--api-key-file", key)
                    .isOneLine(
                            "omen: no TLS connection to "
                                    + https(gateway)
                                    + ": the server's certificate is not trusted: no trusted CA has"
                                    + " signed it: pass the certificate of its CA with --ca");
            search(https(gateway), "--ca", reader.toString())
                    .isOneLine(
                            "omen: --ca: "
                                    + reader
                                    + ": found no certificate, expected -----BEGIN"
                                    + " CERTIFICATE----- (PEM)");
        }
    }

    @Test
    void certificateOfAnotherHost_isSaidToBe() throws Exception {
        try (GuardedGateway gateway = GuardedGateway.start(ca.context("elsewhere"))) {
            Outcome refused = ingest(https(gateway), "--ca", trusted.toString());
            assertThat(refused.code).isEqualTo(1);
            assertThat(refused.error.lines())
                    .singleElement()
                    .asString()
                    .startsWith("omen: no TLS connection to " + https(gateway))
                    .contains("for another host", "127.0.0.1");
        }
    }

    /** A key in the environment, as only another process can have it. */
    @Test
    void environment_hasKeyAndCa() throws Exception {
        try (GuardedGateway gateway = GuardedGateway.start(ca.context("here"))) {
            ProcessBuilder builder =
                    new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            RunningOmen.SHORT_LIVED,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Omen.class.getName(),
                            "search",
                            "--url",
                            https(gateway),
                            "--collection",
                            "shop",
                            "--vector",
                            "[1,2]");
            builder.environment().put("OMEN_API_KEY", GuardedGateway.READER);
            builder.environment().put("OMEN_CA", trusted.toString());
            builder.environment().put("OMEN_CERT", ""); // as where it is said to be none
            builder.environment().put("OMEN_CERT_KEY", "");
            Process process = builder.redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(said).contains("0 hits");
            assertThat(process.exitValue()).isZero();
        }
    }

    @Test
    void status_reachesItsOwnGatewayByTheCertificateThatIsAnnounced() throws Exception {
        Path data = Files.createDirectory(dir.resolve("data"));
        Path certificate = ca.certificate("elsewhere");
        try (GuardedGateway gateway = GuardedGateway.start(ca.context("elsewhere"))) {
            announce(data, https(gateway), certificate);
            Outcome without = run(List.of("status", "--dir", data.toString()));
            assertThat(without.code).as(without.error).isZero();
            assertThat(without.out)
                    .contains(https(gateway) + "  ready")
                    .contains("no collections are shown: " + WANTED);

            Outcome may = status(data, reader);
            assertThat(may.code).as(may.error).isZero();
            assertThat(may.out).contains("shop").contains("17").doesNotContain("no collections");

            Outcome mayNot = status(data, monitor);
            assertThat(mayNot.code).isZero();
            assertThat(mayNot.out).contains(GuardedGateway.FORBIDDEN);

            announce(data, https(gateway), ca.certificate("here"));
            Outcome other = status(data, reader);
            assertThat(other.code).isEqualTo(1);
            assertThat(other.error.lines())
                    .singleElement()
                    .asString()
                    .contains("found one of CN=elsewhere", "here.pem");
        }
    }

    private static Outcome status(Path data, Path key) {
        return run(List.of("status", "--dir", data.toString(), "--api-key-file", key.toString()));
    }

    /** As the stack of this process would. */
    private static void announce(Path data, String url, Path certificate) throws Exception {
        StackDirectory.Running running =
                new StackDirectory.Running(
                        ProcessHandle.current().pid(),
                        0,
                        url,
                        "127.0.0.1:1",
                        "http://127.0.0.1:1",
                        certificate.toString(),
                        true);
        Files.write(data.resolve("running.json"), new ObjectMapper().writeValueAsBytes(running));
    }

    private record Outcome(int code, String out, String error) {
        void isOneLine(String line) {
            assertThat(error.lines()).containsExactly(line);
            assertThat(code).isEqualTo(1);
        }
    }

    /** Runs a command line in this process with its streams caught. */
    private static Outcome run(List<String> command, String... more) {
        String[] arguments =
                Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldError = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
        try {
            int code = Omen.run(arguments);
            String said = error.toString(StandardCharsets.UTF_8);
            assertThat(said).as("secrets").doesNotContain("s3cret");
            return new Outcome(code, out.toString(StandardCharsets.UTF_8), said);
        } finally {
            System.setOut(oldOut);
            System.setErr(oldError);
        }
    }
}
