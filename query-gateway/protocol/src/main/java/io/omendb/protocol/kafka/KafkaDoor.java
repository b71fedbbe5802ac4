package io.omendb.protocol.kafka;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Knocks at a secured Kafka before anything is built on it. */
public final class KafkaDoor {
    private static final int ANSWER_MS_MAX = 5_000;

    private KafkaDoor() {}

    /**
     * Asks Kafka for the names of its brokers, which it tells whoever it lets in; five seconds at
     * most. Does not ask a Kafka that lets everybody in.
     *
     * @throws OmenException EXTERNAL where Kafka refuses, or the settings make no client; none
     *     where it does not answer, as it may be down
     */
    public static void requireOpen(KafkaSettings kafka) throws InterruptedException {
        if (!kafka.isSecured()) {
            return;
        }
        Map<String, Object> config = new HashMap<>(kafka.clientConfig());
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MS_MAX);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MS_MAX);
        try (Admin admin = Admin.create(config)) {
            var unused = admin.describeCluster().nodes().get();
            admin.close(Duration.ZERO);
        } catch (ExecutionException e) {
            if (KafkaErrors.isRefusal(e)) {
                throw closed(kafka, e);
            }
        } catch (KafkaException e) {
            throw closed(kafka, e);
        }
    }

    private static OmenException closed(KafkaSettings kafka, Throwable e) {
        return new OmenException(
                ErrorCode.EXTERNAL, kafka.bootstrapServers() + ": " + KafkaErrors.reason(e), e);
    }
}
