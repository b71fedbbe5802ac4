package io.omendb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.PatternType.LITERAL;
import static org.apache.kafka.common.resource.PatternType.PREFIXED;

import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.connectors.broker.LoopbackPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A Kafka whose clients need a password (SCRAM over TLS, with a certificate made here) and may do
 * what docs/cluster.md says OmenDB needs, and nothing else. Beside that it has a listener without
 * either, for those who look after it.
 */
final class SecuredBroker implements AutoCloseable {
    static final String GATEWAY = "gateway";
    static final String JOB = "job";

    /** Has no password at first, and may do everything. */
    static final String LATE = "late";

    private static final String STORE_PASSWORD = "of the key store";

    private final BrokerProcess process;
    private final Path folder;
    private final int port;
    private final int mutual;

    private SecuredBroker(BrokerProcess process, Path folder, int port, int mutual) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.mutual = mutual;
    }

    static SecuredBroker start(Path folder) throws Exception {
        Path keys = folder.resolve("server.p12");
        keytool(
                "-genkeypair -alias kafka -keyalg EC -dname CN=kafka -ext SAN=ip:127.0.0.1 -validity 2",
                keys);
        keytool("-exportcert -rfc -alias kafka -file " + folder.resolve("ca.pem"), keys);
        Set<Integer> ports = new LinkedHashSet<>();
        while (ports.size() < 4) {
            ports.add(LoopbackPort.free());
        }
        Iterator<Integer> port = ports.iterator();
        int open = port.next();
        int controller = port.next();
        int secured = port.next();
        int mutual = port.next();
        String scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        Map<String, String> settings =
                Map.ofEntries(
                        Map.entry(
                                "listeners",
                                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,SECURED://127.0.0.1:%d,MUTUAL://127.0.0.1:%d"
                                        .formatted(open, controller, secured, mutual)),
                        Map.entry(
                                "advertised.listeners",
                                "PLAINTEXT://127.0.0.1:%d,SECURED://127.0.0.1:%d,MUTUAL://127.0.0.1:%d"
                                        .formatted(open, secured, mutual)),
                        Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controller),
                        Map.entry(
                                "listener.security.protocol.map",
                                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL,MUTUAL:SSL"),
                        Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                        Map.entry("ssl.keystore.type", "PKCS12"),
                        Map.entry("ssl.keystore.location", keys.toString()),
                        Map.entry("ssl.keystore.password", STORE_PASSWORD),
                        Map.entry("listener.name.mutual.ssl.client.auth", "required"),
                        Map.entry("listener.name.mutual.ssl.truststore.type", "PEM"),
                        Map.entry(
                                "listener.name.mutual.ssl.truststore.location",
                                folder.resolve("ca.pem").toString()),
                        Map.entry("sasl.enabled.mechanisms", "SCRAM-SHA-512"),
                        Map.entry("listener.name.secured.scram-sha-512.sasl.jaas.config", scram),
                        Map.entry(
                                "authorizer.class.name",
                                "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                        Map.entry("super.users", "User:ANONYMOUS;User:CN=kafka;User:" + LATE));
        BrokerProcess process =
                BrokerProcess.start(
                        BrokerOptions.in(folder.resolve("kafka"))
                                .withPort(open)
                                .withSettings(settings));
        return new SecuredBroker(process, folder, secured, mutual);
    }

    private static void keytool(String arguments, Path store) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", STORE_PASSWORD));
        command.add("-J" + RunningOmen.SHORT_LIVED);
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IllegalStateException(said);
        }
    }

    /** Where everybody may do everything. */
    String openServers() {
        return process.bootstrapServers();
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", openServers()));
    }

    /** Makes a user, or gives it another password. */
    void password(Admin admin, String user, String password) throws Exception {
        admin.alterUserScramCredentials(
                        List.of(
                                new UserScramCredentialUpsertion(
                                        user,
                                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                                        password)))
                .all()
                .get();
    }

    /** The table of docs/cluster.md. */
    void allow(Admin admin) throws Exception {
        List<AclBinding> allowed = new ArrayList<>();
        allow(allowed, GATEWAY, ResourceType.TOPIC, PREFIXED, "omen.", READ, WRITE);
        allow(allowed, GATEWAY, ResourceType.TOPIC, PREFIXED, "omen.", CREATE, ALTER, DELETE);
        for (String topic : List.of("omen_catalogue", "omen_chroma")) {
            allow(allowed, GATEWAY, ResourceType.TOPIC, LITERAL, topic, READ, WRITE, CREATE);
        }
        allow(allowed, GATEWAY, ResourceType.TRANSACTIONAL_ID, LITERAL, "omen-catalogue", WRITE);
        allow(allowed, JOB, ResourceType.TOPIC, PREFIXED, "omen.", READ, WRITE);
        allow(allowed, JOB, ResourceType.TOPIC, LITERAL, "omen_catalogue", READ);
        admin.createAcls(allowed).all().get();
    }

    private static void allow(
            List<AclBinding> allowed,
            String user,
            ResourceType type,
            PatternType pattern,
            String name,
            AclOperation... operations) {
        for (AclOperation operation : operations) {
            allowed.add(
                    new AclBinding(
                            new ResourcePattern(type, name, pattern),
                            new AccessControlEntry(
                                    "User:" + user, "*", operation, AclPermissionType.ALLOW)));
        }
    }

    /**
     * A file for {@code --kafka-config}.
     *
     * @param password as it is between the quotes, so maybe where to find it
     */
    Path settings(String name, String user, String password) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                String.join(
                        "\n",
                        "bootstrap.servers=127.0.0.1:" + port,
                        "security.protocol=SASL_SSL",
                        "ssl.truststore.type=PEM",
                        "ssl.truststore.location=" + folder.resolve("ca.pem"),
                        "sasl.mechanism=SCRAM-SHA-512",
                        "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule"
                                + " required \\",
                        "  username=\"" + user + "\" password=\"" + password + "\";",
                        "config.providers=env,file",
                        "config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider",
                        "config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider",
                        ""));
    }

    /** A file for whoever has a certificate: here the broker's own. */
    Path mutualSettings() throws Exception {
        KeyStore keys =
                KeyStore.getInstance(
                        folder.resolve("server.p12").toFile(), STORE_PASSWORD.toCharArray());
        String key =
                Base64.getMimeEncoder()
                        .encodeToString(
                                keys.getKey("kafka", STORE_PASSWORD.toCharArray()).getEncoded());
        Files.writeString(
                folder.resolve("client.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + key
                        + "\n-----END PRIVATE KEY-----\n"
                        + Files.readString(folder.resolve("ca.pem")));
        return Files.writeString(
                folder.resolve("mutual.properties"),
                String.join(
                        "\n",
                        "bootstrap.servers=127.0.0.1:" + mutual,
                        "security.protocol=SSL",
                        "ssl.truststore.type=PEM",
                        "ssl.truststore.location=" + folder.resolve("ca.pem"),
                        "ssl.keystore.type=PEM",
                        "ssl.keystore.location=" + folder.resolve("client.pem")));
    }

    @Override
    public void close() {
        process.close();
    }
}
