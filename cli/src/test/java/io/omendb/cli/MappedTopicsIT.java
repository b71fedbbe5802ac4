package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A topic that was there before its collection, and is written to by somebody else. */
@ExtendWith(SharedOmen.class)
class MappedTopicsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BEFORE = 300;

    @Test
    void strongAndAfter_waitForWhatOthersWroteToTheTopic(SharedOmen.Running shared)
            throws Exception {
        GatewayClient client = shared.omen().client;
        String kafka =
                StackDirectory.running(shared.omen().directory()).orElseThrow().bootstrapServers();
        Map<String, Object> config = Map.of("bootstrap.servers", kafka);
        try (Admin admin = Admin.create(config);
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(
                                config, new StringSerializer(), new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("shop.items", 2, (short) 1))).all().get();
            for (int i = 0; i < BEFORE; i++) {
                send(producer, i);
            }
            producer.flush();
            client.send("PUT", "/collections/mapped", json("{'dimension':2,'metric':'l2'}"));
            assertThat(count(client, "'strong'")).isEqualTo(BEFORE);
            for (int i = BEFORE; i < BEFORE + 20; i++) {
                String token = send(producer, i);
                String consistency = i % 2 == 0 ? "'strong'" : "{'after':['" + token + "']}";
                assertThat(count(client, consistency)).isEqualTo(i + 1);
            }
        }
        JsonNode freshness =
                client.send(
                                "POST",
                                "/collections/mapped/search",
                                json("{'vector':[1,2],'k':1,'consistency':'strong'}"))
                        .path("freshness");
        assertThat(freshness.path("lag_records").asInt(-1)).isZero();
        assertThat(
                        freshness.path("applied").path("shop.items-0").asInt()
                                + freshness.path("applied").path("shop.items-1").asInt())
                .isEqualTo(BEFORE + 20 - 2);
        assertThatThrownBy(() -> count(client, "{'after':['others-0:1']}"))
                .hasMessageContaining("others, expected one of a topic that feeds the collection")
                .hasMessageContaining("omen.mapped, shop.items");
    }

    private static String send(KafkaProducer<String, byte[]> producer, int number)
            throws Exception {
        byte[] point =
                ("{\"id\":\"i" + number + "\",\"vector\":[" + number + ",1]}")
                        .getBytes(StandardCharsets.UTF_8);
        var sent = producer.send(new ProducerRecord<>("shop.items", "i" + number, point)).get();
        return "shop.items-" + sent.partition() + ":" + sent.offset();
    }

    private static int count(GatewayClient client, String consistency) throws Exception {
        return client.send(
                        "POST",
                        "/collections/mapped/count",
                        json("{'timeout_ms':30000,'consistency':" + consistency + "}"))
                .path("count")
                .asInt();
    }

    private static JsonNode json(String text) throws Exception {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
