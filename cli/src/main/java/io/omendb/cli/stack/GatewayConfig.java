package io.omendb.cli.stack;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.OmenException;
import io.omendb.gateway.GatewayOptions;
import io.omendb.gateway.GatewaySecurity;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.tls.TlsFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part {@code gateway} of the configuration.
 *
 * @param grpcPort port for gRPC; 0 for a free one, {@link GatewayOptions#NO_GRPC} for none
 * @param embedders by name the settings of what makes vectors of texts, {@code type} among them
 * @param security API keys and TLS
 */
public record GatewayConfig(
        int grpcPort,
        Limits limits,
        Map<String, Map<String, Object>> embedders,
        GatewaySecurity security) {
    static final GatewayConfig DEFAULT =
            new GatewayConfig(
                    GatewayOptions.NO_GRPC, Limits.DEFAULT, Map.of(), GatewaySecurity.NONE);

    public GatewayConfig {
        if (grpcPort < GatewayOptions.NO_GRPC || grpcPort > 65_535) {
            throw OmenException.invalid(
                    "gateway.grpc_port: found " + grpcPort + ", expected 0 to 65535");
        }
    }

    public GatewayConfig withGrpcPort(int chosen) {
        return new GatewayConfig(chosen, limits, embedders, security);
    }

    /** The same gateway with this configuration, but for the embedders, which have to be opened. */
    public GatewayOptions applyTo(GatewayOptions options) {
        return options.withLimits(limits).withGrpcPort(grpcPort).withSecurity(security);
    }

    /** The form of the file. */
    record File(
            @JsonProperty("grpc_port") @Nullable Integer grpcPort,
            @Nullable LimitsFile limits,
            @Nullable Map<String, @Nullable Map<String, Object>> embedders,
            @JsonProperty("api_keys") @Nullable String apiKeys,
            @Nullable TlsFile tls) {}

    /** The form of TLS in the file: paths. */
    record TlsFile(
            @Nullable String certificate,
            @Nullable String key,
            @JsonProperty("client_ca") @Nullable String clientCa) {}

    /** The form of the limits in the file; what is left out keeps its default. */
    record LimitsFile(
            @JsonProperty("body_bytes") @Nullable Long bodyBytes,
            @JsonProperty("in_flight") @Nullable Integer inFlight,
            @JsonProperty("in_flight_bytes") @Nullable Long inFlightBytes,
            @JsonProperty("answer_bytes") @Nullable Long answerBytes,
            @JsonProperty("searches_in_flight") @Nullable Integer searchesInFlight,
            @Nullable Integer k,
            @JsonProperty("batch_points") @Nullable Integer batchPoints,
            @JsonProperty("batch_searches") @Nullable Integer batchSearches,
            @JsonProperty("timeout_ms") @Nullable Integer timeoutMs,
            @JsonProperty("timeout_ms_max") @Nullable Integer timeoutMsMax,
            @JsonProperty("header_ms") @Nullable Integer headerMs,
            @JsonProperty("body_ms") @Nullable Integer bodyMs) {}

    static GatewayConfig of(File file) {
        return new GatewayConfig(
                file.grpcPort == null ? DEFAULT.grpcPort : file.grpcPort,
                file.limits == null ? DEFAULT.limits : limits(file.limits),
                file.embedders == null ? DEFAULT.embedders : embedders(file.embedders),
                new GatewaySecurity(
                        file.apiKeys == null ? null : Path.of(file.apiKeys),
                        file.tls == null ? null : tls(file.tls)));
    }

    private static TlsFiles tls(TlsFile file) {
        if (file.certificate == null || file.key == null) {
            throw OmenException.invalid(
                    "gateway.tls."
                            + (file.certificate == null ? "certificate" : "key")
                            + ": found none, expected a PEM file");
        }
        return new TlsFiles(
                Path.of(file.certificate),
                Path.of(file.key),
                file.clientCa == null ? null : Path.of(file.clientCa));
    }

    private static Map<String, Map<String, Object>> embedders(
            Map<String, @Nullable Map<String, Object>> file) {
        Map<String, Map<String, Object>> embedders = new LinkedHashMap<>();
        file.forEach(
                (name, settings) -> embedders.put(name, settings == null ? Map.of() : settings));
        return embedders;
    }

    private static Limits limits(LimitsFile file) {
        Limits absent = Limits.DEFAULT;
        return new Limits(
                positive("body_bytes", file.bodyBytes, absent.bodyBytes(), Integer.MAX_VALUE),
                positive("in_flight", file.inFlight, absent.inFlight()),
                positive(
                        "in_flight_bytes",
                        file.inFlightBytes,
                        absent.inFlightBytes(),
                        Long.MAX_VALUE),
                positive("answer_bytes", file.answerBytes, absent.answerBytes(), Integer.MAX_VALUE),
                positive("searches_in_flight", file.searchesInFlight, absent.searchesInFlight()),
                positive("k", file.k, absent.k()),
                positive("batch_points", file.batchPoints, absent.batchPoints()),
                positive("batch_searches", file.batchSearches, absent.batchSearches()),
                positive("timeout_ms", file.timeoutMs, absent.timeoutMs()),
                positive("timeout_ms_max", file.timeoutMsMax, absent.timeoutMsMax()),
                positive("header_ms", file.headerMs, absent.headerMs()),
                positive("body_ms", file.bodyMs, absent.bodyMs()));
    }

    private static int positive(String key, @Nullable Integer found, int absent) {
        Long value = found == null ? null : (Long) found.longValue();
        return (int) positive(key, value, absent, Integer.MAX_VALUE);
    }

    private static long positive(String key, @Nullable Long found, long absent, long max) {
        if (found == null) {
            return absent;
        }
        if (found < 1 || found > max) {
            throw OmenException.invalid(
                    "gateway.limits." + key + ": found " + found + ", expected 1 to " + max);
        }
        return found;
    }
}
