package io.omendb.connectors.broker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The contract against Kafka's own image; skipped where no Docker engine runs. */
class BrokerContainerIT extends BrokerContract {
    private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.4.0");

    private static final boolean DOCKER = DockerClientFactory.instance().isDockerAvailable();

    private static KafkaContainer broker;

    @BeforeAll
    static void start() {
        if (DOCKER) {
            broker = new KafkaContainer(IMAGE).withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
            broker.start();
        }
    }

    /** Before each test rather than once, so that reports count the skipped tests. */
    @BeforeEach
    void requireDocker() {
        assumeTrue(DOCKER, "no Docker engine answers here: the Kafka container was not started");
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Override
    String bootstrapServers() {
        return broker.getBootstrapServers();
    }
}
