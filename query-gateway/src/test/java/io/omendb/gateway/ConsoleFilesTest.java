package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gateway.http.Limits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How the console's files are served, by a gateway that takes no request but open ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleFilesTest {
    private static final Path FOLDER =
            Path.of("src", "main", "resources", "io", "omendb", "gateway", "console");
    private static final Map<String, String> TYPES =
            Map.of("js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

    private final HttpClient http = HttpClient.newHttpClient();
    private Gateway gateway;

    @BeforeAll
    void start() {
        gateway =
                Gateway.startReadOnly(
                        GatewayOptions.of("127.0.0.1:1")
                                .withPort(0)
                                .withLimits(Limits.DEFAULT.withInFlight(0)),
                        new NoShards(),
                        new ReadOnlySource(Map.of(), Map.of(), "nothing to write to"));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void page_isAnsweredUnderOverload() throws Exception {
        assertThat(get("/collections").statusCode()).isEqualTo(429);

        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.body()).contains("<title>OmenDB</title>");
    }

    @Test
    void files_allOfTheFolder_areServedWithTypeAndPolicy() throws Exception {
        for (String name : names()) {
            HttpResponse<String> file = get("/console/" + name);

            assertThat(file.statusCode()).as(name).isEqualTo(200);
            assertThat(header(file, "content-type"))
                    .startsWith(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
            assertThat(header(file, "x-content-type-options")).isEqualTo("nosniff");
            assertThat(header(file, "content-security-policy"))
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "*");
            assertThat(file.body()).isEqualTo(Files.readString(FOLDER.resolve(name)));
        }
    }

    @Test
    void files_nameOnlyFilesThatAreServed() throws Exception {
        Pattern reference = Pattern.compile("\"(/console/[^\"]+)\"");
        Pattern elsewhere = Pattern.compile("(https?:)?//[a-z]");
        for (Path file : files()) {
            String text = Files.readString(file);
            for (MatchResult found : reference.matcher(text).results().toList()) {
                assertThat(get(found.group(1)).statusCode())
                        .as(found.group(1) + " in " + file)
                        .isEqualTo(200);
            }
            if (!file.endsWith("icon.svg")) { // a namespace is a name, not an address
                assertThat(elsewhere.matcher(text).find()).as("external in " + file).isFalse();
            }
        }
    }

    @Test
    void file_unchanged_is304() throws Exception {
        HttpResponse<String> first = get("/console/app.js");
        String etag = header(first, "etag");

        assertThat(header(first, "cache-control")).isEqualTo("no-cache");
        for (String known : List.of(etag, "W/" + etag, "\"other\", " + etag)) {
            HttpResponse<String> again = get("/console/app.js", "if-none-match", known);
            assertThat(again.statusCode()).as(known).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(header(again, "etag")).isEqualTo(etag);
        }
        assertThat(get("/console/app.js", "if-none-match", "\"other\"").statusCode())
                .isEqualTo(200);
        assertThat(header(get("/console/api.js"), "etag")).isNotEqualTo(etag);
    }

    @Test
    void file_notOfTheConsole_is404() throws Exception {
        for (String name : List.of("Gateway.class", "..%2Foperations%2Fopenapi.json", "%2e%2e")) {
            assertThat(get("/console/" + name).statusCode()).as(name).isIn(400, 404);
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port()).resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    private static List<String> names() throws IOException {
        return files().stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> !name.equals("index.html"))
                .toList();
    }
}
