package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.cli.stack.StackConfig;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.gateway.GatewaySecurity;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.tls.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What goes wrong before anything starts: one clear line on standard error, and an exit code that
 * is not 0.
 */
class CommandLineTest {
    @TempDir Path dir;

    @Test
    void up_portInUse_saysSo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Outcome outcome =
                    run(
                            "up",
                            "--port",
                            "" + taken.getLocalPort(),
                            "--dir",
                            dir.resolve("d").toString());
            assertThat(outcome.code).isNotZero();
            assertThat(outcome.error.lines())
                    .containsExactly(
                            "omen: port "
                                    + taken.getLocalPort()
                                    + " on 127.0.0.1 is in use: choose another with --port");
        }
    }

    @Test
    void up_directoryCannotBeWritten_saysSo() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "in the way");
        Outcome outcome = run("up", "--port", "0", "--dir", file.resolve("below").toString());
        assertThat(outcome.code).isNotZero();
        assertThat(outcome.error.lines())
                .singleElement()
                .asString()
                .startsWith("omen: cannot write to directory ");
    }

    @Test
    void up_directoryInUse_saysHowToStopIt() throws Exception {
        Path data = dir.resolve("data");
        try (StackDirectory held = StackDirectory.lock(data)) {
            Outcome outcome = run("up", "--port", "0", "--dir", data.toString());
            assertThat(held).isNotNull();
            assertThat(outcome.code).isNotZero();
            assertThat(outcome.error.lines())
                    .singleElement()
                    .asString()
                    .contains("is in use by another OmenDB")
                    .contains("./omen down --dir");
        }
    }

    /** One that has taken the directory and does not answer yet. */
    @Test
    void down_whileItStarts_stopsIt_andNobodyElseStartsMeanwhile() throws Exception {
        Path data = Files.createDirectories(dir.resolve("data"));
        Path log = Files.writeString(data.resolve("omen.log"), "of the one that starts");
        Process starting =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                RunningOmen.SHORT_LIVED,
                                "-cp",
                                System.getProperty("java.class.path"),
                                DirectoryHolder.class.getName(),
                                data.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(starting.inputReader().readLine()).isEqualTo("held");
            Outcome second = run("up", "--detach", "--port", "0", "--dir", data.toString());
            assertThat(second.code).isNotZero();
            assertThat(second.error.lines())
                    .singleElement()
                    .asString()
                    .contains("OmenDB is starting on " + data + ", process " + starting.pid());
            assertThat(log).hasContent("of the one that starts");
            Outcome status = run("status", "--dir", data.toString());
            assertThat(status.code).isEqualTo(1);
            assertThat(status.out).contains("is starting").contains("" + starting.pid());

            Outcome down = run("down", "--dir", data.toString());
            assertThat(down.out).contains("stopped process " + starting.pid());
            assertThat(down.code).isZero();
            assertThat(starting.isAlive()).isFalse();
            assertThat(run("down", "--dir", data.toString()).out).contains("no OmenDB runs on");
        } finally {
            starting.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prot: 1 | prot",
                "parallelism: 0 | parallelism: found 0, expected 1 to 128",
                "topics: [{topic: t, collection: c, format: xml}] | omen.yaml: topics: format: found"
                        + " \"xml\", expected json, f32, arrow or patch",
                "topics: [{topic: t}] | omen.yaml: Missing required creator property 'collection'",
                "topics: [{topic: omen.t, collection: c}] | omen.yaml: topics: found topic omen.t",
                "topics: [~] | omen.yaml: topics: found nothing",
                "port: many | many",
                "broker: {port: 70000} | omen.yaml: broker.port: found 70000, expected 0 to 65535",
                "broker: {max_heap: 512MB} | omen.yaml: broker.max_heap: found \"512MB\", expected a"
                        + " size such as 512m or 2g",
                "taskmanager_heap: much | omen.yaml: taskmanager_heap: found \"much\"",
                "host: 192.0.2.1 | host: found 192.0.2.1, expected an address of this machine",
                "host: a..b | host: found a..b, which is not the name of any address",
                "gateway: {embedders: {e: {type: openai, url: http://localhost/v1, dimension: 3}}}"
                        + " | gateway.embedders.e.model: found nothing, expected a text",
                "gateway: {embedders: {e: {type: hashing, dimensions: 3}}} |"
                        + " gateway.embedders.e.dimensions: found an unknown setting, expected one"
                        + " of dimension",
                "gateway: {embedders: {e: }} | gateway.embedders.e.type: found nothing, expected"
                        + " one of hashing, openai",
                "gateway: {embedders: [e]} | from Array value",
            })
    void up_badConfiguration_namesTheKey(String yaml, String message) throws Exception {
        Path file = Files.writeString(dir.resolve("omen.yaml"), yaml);
        Outcome outcome =
                run(
                        "up",
                        "--config",
                        file.toString(),
                        "--port",
                        "0",
                        "--dir",
                        dir.resolve("d").toString());
        assertThat(outcome.code).isNotZero();
        assertThat(outcome.error.lines())
                .singleElement()
                .asString()
                .startsWith("omen: ")
                .contains(message);
    }

    @Test
    void gateway_badConfiguration_namesTheKey() throws Exception {
        Path file = Files.writeString(dir.resolve("omen.yaml"), "gateway: {grpc_prot: 1}");
        String[] command = {
            "gateway",
            "--kafka",
            "localhost:1",
            "--flink",
            "http://localhost:1",
            "--config",
            file.toString()
        };
        Outcome unknown = run(command);
        assertThat(unknown.code).isNotZero();
        assertThat(unknown.error.lines()).singleElement().asString().contains("grpc_prot");

        Files.writeString(file, "gateway: {embedders: {e: {type: x}}}");
        Outcome embedder = run(command);
        assertThat(embedder.code).isNotZero();
        assertThat(embedder.error.lines())
                .singleElement()
                .asString()
                .contains("gateway.embedders.e.type: found \"x\"");
    }

    @Test
    void kafkaConfig_wrong_namesTheKey_andNoSecret() throws Exception {
        Path file =
                Files.writeString(
                        dir.resolve("kafka.properties"),
                        "bootstrap.servers=localhost:1\nacks=0\nssl.key.password=geheim\n");
        for (String[] command :
                new String[][] {
                    {"gateway", "--flink", "http://localhost:1"},
                    {"ingest", "--collection", "c", "file.ndjson"}
                }) {
            List<String> arguments = new ArrayList<>(List.of(command));
            arguments.addAll(1, List.of("--kafka-config", file.toString()));
            Outcome outcome = run(arguments.toArray(String[]::new));
            assertThat(outcome.code).isEqualTo(1);
            assertThat(outcome.error.lines())
                    .containsExactly(
                            "omen: "
                                    + file
                                    + ": acks: found 0, expected all or no such key: OmenDB relies"
                                    + " on it");
        }
        Outcome nowhere = run("gateway", "--flink", "http://localhost:1");
        assertThat(nowhere.code).isEqualTo(1);
        assertThat(nowhere.error.lines())
                .singleElement()
                .asString()
                .contains("--kafka: found nothing", "--kafka-config");
        Outcome unset = run("ingest", "--collection", "c", "--kafka", "", "file.ndjson");
        assertThat(unset.code).isEqualTo(1);
        assertThat(unset.error)
                .startsWith("omen: --kafka: found nothing, expected Kafka's bootstrap servers");
    }

    @Test
    void config_everyKey_isRead() throws Exception {
        Path file =
                Files.writeString(
                        dir.resolve("omen.yaml"),
                        String.join(
                                "\n",
                                "dir: somewhere",
                                "host: 0.0.0.0",
                                "port: 81",
                                "parallelism: 3",
                                "checkpoint_interval_ms: 700",
                                "broker: {port: 9, max_heap: 1g}",
                                "gateway: {grpc_port: 82,",
                                "  limits: {k: 7, body_ms: 900, answer_bytes: 5000},",
                                "  embedders: {e: {type: hashing, dimension: 64}},",
                                "  api_keys: k.yaml, tls: {certificate: c, key: k}}",
                                "topics: [{topic: t, collection: c, format: f32}]"));
        StackConfig config = StackConfig.read(file);
        assertThat(config.directory()).isEqualTo(Path.of("somewhere"));
        assertThat(config.host()).isEqualTo("0.0.0.0");
        assertThat(config.port()).isEqualTo(81);
        assertThat(config.parallelism()).isEqualTo(3);
        assertThat(config.checkpointIntervalMs()).isEqualTo(700);
        assertThat(config.brokerPort()).isEqualTo(9);
        assertThat(config.brokerMaxHeap()).isEqualTo("1g");
        assertThat(config.gateway().grpcPort()).isEqualTo(82);
        assertThat(config.gateway().limits().k()).isEqualTo(7);
        assertThat(config.gateway().limits().bodyMs()).isEqualTo(900);
        assertThat(config.gateway().limits().answerBytes()).isEqualTo(5000);
        assertThat(config.gateway().limits().inFlight()).isEqualTo(512);
        assertThat(config.gateway().limits().searchesInFlight())
                .isEqualTo(4 * Runtime.getRuntime().availableProcessors());
        assertThat(config.gateway().embedders())
                .isEqualTo(Map.of("e", Map.of("type", "hashing", "dimension", 64)));
        assertThat(config.gateway().security())
                .isEqualTo(
                        new GatewaySecurity(
                                Path.of("k.yaml"), new TlsFiles(Path.of("c"), Path.of("k"), null)));
        assertThat(config.topics())
                .singleElement()
                .satisfies(t -> assertThat(t.collection()).isEqualTo("c"));
    }

    @Test
    void tls_withoutItsKey_isNamed() throws Exception {
        Path file = Files.writeString(dir.resolve("c.yaml"), "gateway: {tls: {certificate: c}}");
        Outcome outcome = run("up", "--config", file.toString());
        assertThat(outcome.code).isEqualTo(1);
        assertThat(outcome.error)
                .contains("c.yaml: gateway.tls.key: found none, expected a PEM file");
    }

    @Test
    void keys_areMadeListedAndRevoked() throws Exception {
        String file = dir.resolve("keys.yaml").toString();
        Outcome created =
                run(
                        "key",
                        "create",
                        "ingest",
                        "--file",
                        file,
                        "--allow",
                        "read,write",
                        "--collections",
                        "products,logs-*",
                        "--expires",
                        "2099-01-01");
        assertThat(created.code).as(created.error).isZero();
        assertThat(created.out).matches("omen_[A-Za-z0-9_-]{43}\\R");
        assertThat(created.error).contains("shown this once");
        assertThat(Files.readString(Path.of(file))).doesNotContain(created.out.strip());
        assertThat(KeyRing.of(Path.of(file)).identify("Bearer " + created.out.strip()).name())
                .isEqualTo("ingest");

        Outcome listed = run("key", "list", "--file", file);
        assertThat(listed.out.lines().toList().get(1))
                .containsSubsequence(
                        "ingest", "read,write", "products,logs-*", "2099-01-01T00:00:00Z");

        Outcome twice = run("key", "create", "ingest", "--file", file, "--allow", "read");
        assertThat(twice.code).isEqualTo(1);
        assertThat(twice.error).contains("there is a key ingest already");
        assertThat(run("key", "create", "x", "--file", file, "--allow", "reed").error)
                .contains("allow: found \"reed\", expected read, write, manage, monitor");

        assertThat(run("key", "revoke", "ingest", "--file", file).code).isZero();
        assertThat(run("key", "list", "--file", file).out.lines()).hasSize(1);
        Outcome gone = run("key", "revoke", "ingest", "--file", file);
        assertThat(gone.code).isEqualTo(1);
        assertThat(gone.error).contains("there is no key ingest");
        assertThat(run("key").code).isEqualTo(2);
    }

    @Test
    void search_noGateway_saysSo() throws Exception {
        Outcome outcome =
                run(
                        "search",
                        "--url",
                        "http://127.0.0.1:1",
                        "--collection",
                        "c",
                        "--vector",
                        "[1]");
        assertThat(outcome.code).isNotZero();
        assertThat(outcome.error.lines())
                .singleElement()
                .asString()
                .contains("is ./omen up running?");
    }

    @Test
    void commands_wrongOrHelp_exitAsTheyShould() throws Exception {
        assertThat(run("nonsense").code).isEqualTo(2);
        assertThat(run().code).isEqualTo(2);
        assertThat(run("--help").code).isZero();
        assertThat(run("up", "--help").out).contains("--detach", "--config", "--port", "--dir");
        assertThat(run("down", "--dir", dir.resolve("none").toString()).code).isZero();
        assertThat(run("status", "--dir", dir.resolve("none").toString()).code).isEqualTo(1);
    }

    @Test
    void launcher_noJdk_saysSoInOneLine() throws Exception {
        Path launcher = Path.of("..", "omen").toAbsolutePath().normalize();
        ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "--version");
        builder.environment().put("JAVA_HOME", dir.resolve("no-jdk").toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(output.lines()).singleElement().asString().contains("needs a JDK 17 or later");
    }

    @Test
    void launcher_pluginsThatAreNoFolder_saysSoInOneLine() throws Exception {
        Path launcher = Path.of("..", "omen").toAbsolutePath().normalize();
        String script = Files.readString(launcher);
        // Alone in a folder it would build: what comes before and after is not looked at here.
        Path part = dir.resolve("part");
        String plugins =
                script.substring(
                        script.indexOf("classpath=\"$jar"), script.indexOf("# The newest Lucene"));
        Files.writeString(
                part,
                "fail() { echo \"omen: $1\" >&2; exit 1; }\nhome="
                        + dir
                        + " jar=omen.jar lib=lib\n"
                        + plugins
                        + "\necho \"$classpath\"\n");
        assertThat(bash(part, "")).isEqualTo("omen.jar:lib/*");
        Path folder = Files.createDirectory(dir.resolve("plugins"));
        assertThat(bash(part, "")).isEqualTo("omen.jar:lib/*:" + folder + "/*");
        assertThat(bash(part, "/nowhere")).isEqualTo("omen: OMEN_PLUGINS is no folder: /nowhere");
    }

    private static String bash(Path script, String plugins) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", "-u", script.toString());
        builder.environment().put("OMEN_PLUGINS", plugins);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    private record Outcome(int code, String out, String error) {}

    /** Runs a command line in this process with its streams caught. */
    private static Outcome run(String... arguments) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldError = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(error, true, StandardCharsets.UTF_8));
        try {
            int code = Omen.run(arguments);
            return new Outcome(
                    code,
                    out.toString(StandardCharsets.UTF_8),
                    error.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldError);
        }
    }
}
