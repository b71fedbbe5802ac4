package io.omendb.gateway.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a request hears of its records. */
class AcknowledgementsTest {
    private final Acknowledgements three = new Acknowledgements("t", 3, new Ends());

    @Test
    void all_isTheHighestOfEachPartition() throws Exception {
        three.onCompletion(at(0, 4), null);
        three.onCompletion(at(1, 9), null);
        assertThat(three.result()).isNotDone();
        three.onCompletion(at(0, 5), null);
        assertThat(three.result().get(10, TimeUnit.SECONDS))
                .containsExactly(new Token("t", 0, 5), new Token("t", 1, 9));
    }

    @Test
    void afterOneThatFailed_theRestIsNotSent_andTheRequestEndsWithItsReason() {
        three.onCompletion(at(0, 4), null);
        assertThat(three.hasFailed()).isFalse();
        three.onCompletion(at(0, -1), new TimeoutException("no leader"));
        assertThat(three.hasFailed()).isTrue();
        assertThat(three.result()).isNotDone();
        three.leaveOut(1);
        assertThatThrownBy(() -> three.result().get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("some may have been written (no leader)");
    }

    @Test
    void whatIsThrown_failsThemAll() {
        three.fail(new TimeoutException("closed"));
        three.leaveOut(3);
        assertThat(three.result()).isCompletedExceptionally();
    }

    private static RecordMetadata at(int partition, long offset) {
        return new RecordMetadata(new TopicPartition("t", partition), offset, 0, 0, 0, 0);
    }

    /** Hears of what is written, and says nothing. */
    static final class Ends implements LogEnds {
        @Override
        public Set<String> topics(CollectionDefinition collection) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<io.omendb.gateway.freshness.Ends> of(
                CollectionDefinition collection) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<io.omendb.gateway.freshness.Ends> of(
                CollectionDefinition collection, long ageMs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<List<Token>> records(List<Token> tokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<@Nullable Long> deadLetters(CollectionDefinition collection) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void written(String topic, int partition, long offset) {}

        @Override
        public void close() {}
    }
}
