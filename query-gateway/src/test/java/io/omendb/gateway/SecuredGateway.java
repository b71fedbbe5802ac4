package io.omendb.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import io.omendb.gateway.access.ApiKey;
import io.omendb.gateway.access.KeyFileEditor;
import io.omendb.gateway.access.KeyHash;
import io.omendb.gateway.access.Permission;
import io.omendb.gateway.access.Scope;
import io.omendb.gateway.tls.TlsFiles;
import io.omendb.tls.PrivateCa;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that wants keys and speaks TLS, before a test job of two shards and a real broker, with
 * the files that it follows.
 */
final class SecuredGateway implements AutoCloseable {
    private static final String ADDRESS = "san=ip:127.0.0.1";

    final Path keyFile;
    final PrivateCa ca;
    final TlsFiles files;
    final TestJob job;
    final Gateway gateway;
    private final Map<String, String> keys = new HashMap<>();

    /**
     * @param folder for the files
     * @param clientCertificates whether clients need one
     */
    SecuredGateway(SharedBroker.Running broker, Path folder, boolean clientCertificates)
            throws Exception {
        keyFile = folder.resolve("keys.yaml");
        ca =
                PrivateCa.in(folder)
                        .issue("first", "-ext", ADDRESS)
                        .issue("second", "-ext", ADDRESS)
                        .selfSigned("stranger");
        files =
                new TlsFiles(
                        folder.resolve("tls.crt"),
                        folder.resolve("tls.key"),
                        clientCertificates ? ca.certificate() : null);
        install("first");
        give("root", Set.of(Permission.values()), "*");
        job = new TestJob(broker.bootstrapServers(), 2);
        gateway =
                Gateway.start(
                        GatewayOptions.of(broker.bootstrapServers())
                                .withPort(0)
                                .withGrpcPort(0)
                                .withSecurity(new GatewaySecurity(keyFile, files)),
                        job);
    }

    /** Puts a certificate and its key where the gateway looks for its own. */
    void install(String name) throws Exception {
        Files.copy(ca.certificate(name), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(ca.key(name), files.key(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes a key; {@link #key} has it from now on. */
    void give(String name, Set<Permission> allow, String... collections) {
        String key = KeyHash.newKey();
        KeyFileEditor.add(
                keyFile,
                new ApiKey(name, KeyHash.of(key), allow, new Scope(List.of(collections)), null));
        keys.put(name, key);
    }

    String key(String name) {
        return keys.get(name);
    }

    /** A client that shows a certificate, if one is wanted, and trusts the CA. */
    HttpClient http(String certificate) throws Exception {
        return HttpClient.newBuilder().sslContext(ca.context(certificate)).build();
    }

    /** A request with a key, by its name; null for none. */
    HttpRequest.Builder request(@Nullable String key, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + gateway.port() + path))
                        .header("content-type", "application/json");
        return key == null ? request : request.header("authorization", "Bearer " + key(key));
    }

    /** Sends JSON, in which quotes may be written {@code '}. */
    Reply send(HttpClient http, @Nullable String key, String method, String path, String json)
            throws Exception {
        HttpResponse<String> response =
                http.send(
                        request(key, path)
                                .method(
                                        method,
                                        HttpRequest.BodyPublishers.ofString(
                                                json.replace('\'', '"')))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Reply(response);
    }

    /** An answer. */
    record Reply(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** A channel that trusts the CA and shows a certificate; null for none. */
    ManagedChannel channel(@Nullable String certificate) throws Exception {
        SslContextBuilder context =
                GrpcSslContexts.forClient().trustManager(ca.certificate().toFile());
        if (certificate != null) {
            context.keyManager(ca.certificate(certificate).toFile(), ca.key(certificate).toFile());
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort())
                .sslContext(context.build())
                .build();
    }

    /** Sends a key with every call. */
    io.grpc.ClientInterceptor bearer(String key) {
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + key);
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    @Override
    public void close() {
        gateway.close();
        job.close();
    }
}
