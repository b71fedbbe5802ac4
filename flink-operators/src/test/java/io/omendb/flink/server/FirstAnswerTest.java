package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstAnswerTest {
    private final List<String> heard = new ArrayList<>();
    private final FirstAnswer<String> first =
            new FirstAnswer<>(
                    new StreamObserver<>() {
                        @Override
                        public void onNext(String answer) {
                            heard.add(answer);
                        }

                        @Override
                        public void onError(Throwable failure) {
                            heard.add(failure.getMessage());
                        }

                        @Override
                        public void onCompleted() {
                            heard.add("end");
                        }
                    });

    @Test
    void theFirstAnswerCounts() {
        assertThat(first.isGiven()).isFalse();
        first.onNext("one");
        first.onCompleted();
        assertThat(first.isGiven()).isTrue();
        first.onNext("two");
        first.onCompleted();
        first.onError(new IllegalStateException("three"));

        assertThat(heard).containsExactly("one", "end");
    }

    @Test
    void soDoesAFailure() {
        first.onError(new IllegalStateException("one"));
        first.onNext("two");
        first.onCompleted();
        first.onError(new IllegalStateException("three"));

        assertThat(heard).containsExactly("one");
        assertThat(first.isGiven()).isTrue();
    }
}
