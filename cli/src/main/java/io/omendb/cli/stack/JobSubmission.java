package io.omendb.cli.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.api.common.JobID;

/** Hands the job's jar to a cluster over Flink's REST interface, as an operator would. */
final class JobSubmission {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final URI rest;
    private final HttpClient http = HttpClient.newHttpClient();

    JobSubmission(URI rest) {
        this.rest = rest;
    }

    /** Task slots that have registered; 0 while the cluster does not answer. */
    int slots() throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    http.send(request("/overview").GET().build(), BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? JSON.readTree(answer.body()).path("slots-total").asInt()
                    : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Uploads a jar.
     *
     * @return the cluster's name for it
     */
    String upload(Path jar) throws InterruptedException {
        String boundary = UUID.randomUUID().toString();
        String head =
                "--"
                        + boundary
                        + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                        + jar.getFileName()
                        + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n";
        String tail = "\r\n--" + boundary + "--\r\n";
        try {
            HttpRequest upload =
                    request("/jars/upload")
                            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                            .POST(
                                    BodyPublishers.concat(
                                            BodyPublishers.ofString(head),
                                            BodyPublishers.ofFile(jar),
                                            BodyPublishers.ofString(tail)))
                            .build();
            Path stored = Path.of(send(upload, "uploaded").path("filename").asText());
            return String.valueOf(stored.getFileName());
        } catch (FileNotFoundException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "there is no job jar " + jar, e);
        }
    }

    /** Runs an uploaded jar, from a checkpoint whose files it takes over if there is one. */
    JobID run(
            String jar,
            String entryClass,
            List<String> arguments,
            int parallelism,
            Optional<Path> checkpoint)
            throws InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("entryClass", entryClass);
        body.put("parallelism", parallelism);
        arguments.forEach(body.putArray("programArgsList")::add);
        checkpoint.ifPresent(
                path -> {
                    body.put("savepointPath", path.toUri().toString());
                    body.put("claimMode", "CLAIM");
                });
        HttpRequest run =
                request("/jars/" + jar + "/run")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build();
        return JobID.fromHexString(send(run, "started").path("jobid").asText());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(rest.resolve(path)).timeout(TIMEOUT);
    }

    private JsonNode send(HttpRequest request, String what) throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
            JsonNode body = JSON.readTree(answer.body());
            if (answer.statusCode() / 100 != 2) {
                throw new OmenException(
                        ErrorCode.EXTERNAL,
                        "the job was not "
                                + what
                                + ": "
                                + FailureMessage.innermost(body.path("errors").path(1).asText()));
            }
            return body;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "the job was not " + what + ": " + e, e);
        }
    }
}
