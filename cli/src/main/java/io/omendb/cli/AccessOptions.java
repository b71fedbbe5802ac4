package io.omendb.cli;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options of commands that call a gateway which wants to know who they are. None has the key
 * itself: everybody on a machine can read its command lines.
 */
final class AccessOptions {
    static final String API_KEY = "OMEN_API_KEY";

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description =
                    "Its first line is the API key, for a gateway that wants one (or the key itself"
                            + " in OMEN_API_KEY).")
    private @Nullable Path apiKeyFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            defaultValue = "${env:OMEN_CA}",
            description =
                    "PEM file of the CA that signed the gateway's certificate, where it is a"
                            + " private one (or OMEN_CA): it alone is trusted then.")
    private @Nullable Path ca;

    /** A gateway by its URL. */
    GatewayAccess to(String url) {
        return identified(GatewayAccess.of(url).withCa(isSecure(url) ? ca : null));
    }

    /** OMEN_CA may be set for other gateways than this one. */
    private static boolean isSecure(String url) {
        return url.startsWith("https:");
    }

    /** A gateway that says itself how it is trusted. */
    GatewayAccess identified(GatewayAccess gateway) {
        return gateway.withApiKey(apiKey());
    }

    private @Nullable String apiKey() {
        if (apiKeyFile != null) {
            return firstLine(apiKeyFile);
        }
        String set = System.getenv(API_KEY);
        return set == null || set.isBlank() ? null : set.strip();
    }

    private static String firstLine(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            if (line == null || line.isBlank()) {
                throw OmenException.malformed(
                        "--api-key-file: the first line of "
                                + file
                                + " is empty, expected an API key");
            }
            return line.strip();
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "--api-key-file: cannot read " + file + ": " + e, e);
        }
    }
}
