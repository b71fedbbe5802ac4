package io.omendb.cli;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayAccess;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.client.tls.ClientCertificate;
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
            description =
                    "PEM file of the CA that signed the gateway's certificate, where it is a"
                            + " private one (or OMEN_CA): it alone is trusted then.")
    private @Nullable Path ca;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "PEM file of a client certificate, for a gateway that wants one; with --key (or OMEN_CERT).")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM file of its private key, PKCS#8, not encrypted (or OMEN_CERT_KEY).")
    private @Nullable Path key;

    /** A gateway by its URL. */
    GatewayAccess to(String url) {
        GatewayAccess gateway = GatewayAccess.of(url);
        return (isSecure(url)
                        ? gateway.withCa(EnvironmentFile.or(ca, "OMEN_CA"), shown())
                        : gateway)
                .withApiKey(apiKey());
    }

    /** The gateway of a stack on this machine. */
    GatewayAccess to(StackDirectory.Running stack) {
        Path pinned = stack.certificateFile();
        return pinned == null
                ? to(stack.url())
                : GatewayAccess.of(stack.url()).withPinned(pinned, shown()).withApiKey(apiKey());
    }

    private @Nullable ClientCertificate shown() {
        Path certificate = EnvironmentFile.or(this.certificate, "OMEN_CERT");
        Path key = EnvironmentFile.or(this.key, "OMEN_CERT_KEY");
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw OmenException.malformed(
                    (certificate == null ? "--key" : "--cert")
                            + ": found it alone, expected --cert and --key together");
        }
        try {
            return ClientCertificate.read(certificate, key);
        } catch (IllegalArgumentException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "--cert, --key: " + e.getMessage(), e);
        }
    }

    /** OMEN_CA may be set for other gateways than this one. */
    private static boolean isSecure(String url) {
        return url.startsWith("https:");
    }

    private @Nullable String apiKey() {
        if (apiKeyFile != null) {
            return firstLine(apiKeyFile);
        }
        return GatewayAccess.keyOfEnvironment();
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
