package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Logs that end with the end of a transaction, which no reader ever sees. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionsIT {
    /** With far more time than it takes: what is waited for in vain fails. */
    private static final String STRONG =
            "{'vector':[1,1,1],'k':10,'timeout_ms':20000,'consistency':'strong'}";

    private RunningGateway running;
    private Client client;
    private KafkaProducer<String, byte[]> producer;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        client = running.client;
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "transactional.id",
                                "transactions-it"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
    }

    @AfterAll
    void stop() {
        producer.close();
        running.close();
    }

    private void send(String topic, String id) {
        byte[] point =
                ("{\"id\":\"" + id + "\",\"vector\":[1,1,1]}").getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, id, point));
    }

    @Test
    void search_strong_doesNotWaitForTheEndOfATransaction() throws Exception {
        String own = running.collection("tx-strong");
        for (int i = 1; i <= 5; i++) {
            producer.beginTransaction();
            send("omen.tx-strong", "p" + i);
            producer.commitTransaction();
            JsonNode answer = client.post(own + "/search", STRONG).expect(200).json();
            assertThat(answer.path("hits")).hasSize(i);
        }
        // Of those written by then, which come before the ends of their transactions.
        assertThat(
                        client.post(
                                        own + "/search",
                                        STRONG.replace("'strong'", "{'bounded_ms':10}"))
                                .expect(200)
                                .json()
                                .path("hits"))
                .hasSize(5);
        client.post(own + "/search", STRONG.replace("'k':10", "'k':10,'allow_partial':true"))
                .expect(200);
        Await.until(
                "nothing lags",
                () ->
                        client.post(own + "/search", "{'vector':[1,1,1]}")
                                        .expect(200)
                                        .json()
                                        .at("/freshness/lag_records")
                                        .asInt(-1)
                                == 0);
    }

    @Test
    void search_strong_doesNotWaitForWhatWasAborted() throws Exception {
        String own = running.collection("tx-aborted");
        client.post(own + "/points", "{'points':[{'id':'a','vector':[1,1,1]}]}").expect(202);
        for (int round = 0; round < 3; round++) {
            producer.beginTransaction();
            for (int i = 0; i < 100; i++) {
                send("omen.tx-aborted", "never" + i);
            }
            producer.flush();
            producer.abortTransaction();
        }
        JsonNode answer = client.post(own + "/search", STRONG).expect(200).json();
        assertThat(answer.path("hits")).hasSize(1);
        assertThat(answer.at("/hits/0/id").asText()).isEqualTo("a");
    }

    @Test
    void log_ofNothingButAbortedRecords_isWaitedForByNobody() throws Exception {
        String own = running.collection("tx-nothing");
        producer.beginTransaction();
        send("omen.tx-nothing", "never");
        producer.flush();
        producer.abortTransaction();
        assertThat(client.post(own + "/search", STRONG).expect(200).json().path("hits")).isEmpty();
    }

    @Test
    void search_strong_stillWaitsForRecordsBeforeTheEnd() throws Exception {
        String own = running.collection("tx-late");
        producer.beginTransaction();
        send("omen.tx-late", "p");
        running.job.pause();
        try {
            producer.commitTransaction();
            client.post(own + "/search", STRONG.replace("20000", "2000"))
                    .expectProblem(504, "TIMEOUT", "1 records are still to be applied");
        } finally {
            running.job.resume();
        }
        assertThat(client.post(own + "/search", STRONG).expect(200).json().path("hits")).hasSize(1);
    }

    @Test
    void search_strong_behindAnOpenTransaction_seesWhatIsCommitted() throws Exception {
        String own = running.collection("tx-open");
        client.post(own + "/points?wait=true", "{'points':[{'id':'a','vector':[1,1,1]}]}")
                .expect(200);
        producer.beginTransaction();
        send("omen.tx-open", "a");
        producer.flush();
        try {
            // Not committed by anybody yet: no reader may go beyond the open transaction.
            String token =
                    client.post(own + "/points", "{'points':[{'id':'a','vector':[2,2,2]}]}")
                            .expect(202)
                            .json()
                            .path("tokens")
                            .get(0)
                            .asText();
            client.post(own + "/search", STRONG).expect(200);
            client.post(
                            own + "/search",
                            STRONG.replace("20000", "500")
                                    .replace("'strong'", "{'after':['" + token + "']}"))
                    .expectProblem(504, "TIMEOUT", "Not applied within 500 ms");
        } finally {
            producer.commitTransaction();
        }
        JsonNode answer = client.post(own + "/search", STRONG).expect(200).json();
        assertThat(answer.path("hits")).hasSize(1);
    }

    @Test
    void moreAbortedThanIsLookedThrough_isWaitedForUntilTheNextRecord() throws Exception {
        String own = running.collection("tx-many");
        producer.beginTransaction();
        for (int i = 0; i < 12_000; i++) {
            send("omen.tx-many", "never" + i);
        }
        producer.flush();
        producer.abortTransaction();
        client.post(own + "/search", STRONG.replace("20000", "700"))
                .expectProblem(504, "TIMEOUT", "Not applied within 700 ms");
        // Others are not kept waiting by it.
        strongInAnotherCollection();
    }

    private void strongInAnotherCollection() throws Exception {
        String own = running.collection("tx-other");
        producer.beginTransaction();
        send("omen.tx-other", "p");
        producer.commitTransaction();
        assertThat(client.post(own + "/search", STRONG).expect(200).json().path("hits")).hasSize(1);
    }

    @Test
    void delete_byFilter_doesNotWaitForTheEndOfATransaction() throws Exception {
        client.put(
                        "/collections/tx-delete",
                        "{'dimension':3,'metric':'l2','fields':{'c':'keyword'}}")
                .expect(201);
        producer.beginTransaction();
        producer.send(
                new ProducerRecord<>(
                        "omen.tx-delete",
                        "p",
                        "{\"id\":\"p\",\"vector\":[1,1,1],\"metadata\":{\"c\":\"x\"}}"
                                .getBytes(StandardCharsets.UTF_8)));
        producer.commitTransaction();
        JsonNode deleted =
                client.post(
                                "/collections/tx-delete/points/delete?wait=true",
                                "{'filters':{'c':'x'}}")
                        .expect(200)
                        .json();
        assertThat(deleted.path("accepted").asInt()).isEqualTo(1);
    }
}
