package io.omendb.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ordinary state and timers through the delegate, alone and beside vector state. */
class DelegatedStateTest {

    @ParameterizedTest
    @ValueSource(strings = {"rocksdb", "hashmap"})
    void valueStateAndTimers_besideVectorState_survive(String delegate) throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness(delegate, new Counting())) {
            harness.open();
            assertThat(vectorState(harness).collections()).isEmpty();
            harness.processElement(new StreamRecord<>("a", 1));
            harness.processElement(new StreamRecord<>("a", 2));
            harness.processElement(new StreamRecord<>("b", 3));
            snapshot = harness.snapshot(1, 1);
        }
        try (var harness = harness(delegate, new Counting())) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(new StreamRecord<>("a", 4));
            assertThat(harness.extractOutputValues()).containsExactly("a=3");
            harness.processWatermark(1_000);
            assertThat(harness.extractOutputValues()).contains("timer b", "timer a");
        }
    }

    @Test
    void snapshotWithoutVectorState_isThePlainOneOfTheDelegate() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness("hashmap", new Counting())) {
            harness.open();
            harness.processElement(new StreamRecord<>("a", 1));
            snapshot = harness.snapshot(1, 1);
        }
        try (var harness = harness(null, new Counting())) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(new StreamRecord<>("a", 2));
            assertThat(harness.extractOutputValues()).containsExactly("a=2");
        }
    }

    @Test
    void plainCheckpoint_restoredIntoOurs_isRead() throws Exception {
        OperatorSubtaskState snapshot;
        try (var harness = harness(null, new Counting())) {
            harness.open();
            harness.processElement(new StreamRecord<>("a", 1));
            snapshot = harness.snapshot(1, 1);
        }
        try (var harness = harness("hashmap", new Counting())) {
            harness.initializeState(snapshot);
            harness.open();
            harness.processElement(new StreamRecord<>("a", 2));
            assertThat(harness.extractOutputValues()).containsExactly("a=2");
        }
    }

    @Test
    void canonicalSavepoint_withVectorState_failsAndTheOperatorGoesOn() throws Exception {
        try (var harness = harness("hashmap", new Counting())) {
            harness.open();
            assertThat(vectorState(harness).collections()).isEmpty();
            harness.processElement(new StreamRecord<>("a", 1));
            assertThatThrownBy(
                            () ->
                                    harness.snapshotWithLocalState(
                                            1,
                                            1,
                                            SavepointType.savepoint(SavepointFormatType.CANONICAL)))
                    .hasStackTraceContaining("take a NATIVE one");
            harness.processElement(new StreamRecord<>("a", 2));
            assertThat(harness.extractOutputValues()).containsExactly("a=1", "a=2");
        }
    }

    @Test
    void configure_changelogEnabled_isRefused() {
        Configuration config = new Configuration();
        config.setString("state.changelog.enabled", "true");
        assertThatThrownBy(() -> new OmenStateBackendFactory().createFromConfig(config, null))
                .hasMessageContaining("state.changelog.enabled")
                .hasMessageContaining("would lose vector state");
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, String, String> harness(
            String delegate, Counting function) throws Exception {
        KeyedOneInputStreamOperatorTestHarness<String, String, String> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new KeyedProcessOperator<>(function), key -> key, Types.STRING);
        if (delegate == null) {
            harness.setStateBackend(new HashMapStateBackend());
        } else {
            Configuration config = new Configuration();
            config.setString("state.backend.omen.delegate", delegate);
            harness.setStateBackend(
                    new OmenStateBackendFactory()
                            .createFromConfig(config, DelegatedStateTest.class.getClassLoader()));
        }
        return harness;
    }

    /** Asks for vector state, which makes it. */
    private static VectorState vectorState(
            KeyedOneInputStreamOperatorTestHarness<String, String, String> harness) {
        AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
        return ((OmenKeyedStateBackend<?>) operator.getKeyedStateBackend()).vectorState();
    }

    /** Counts per key, and sets a timer per key. */
    private static final class Counting extends KeyedProcessFunction<String, String, String> {
        private static final long serialVersionUID = 1;

        private transient ValueState<Long> count;

        @Override
        public void open(OpenContext context) {
            count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
        }

        @Override
        public void processElement(String key, Context context, Collector<String> out)
                throws Exception {
            long next = count.value() == null ? 1 : count.value() + 1;
            count.update(next);
            context.timerService().registerEventTimeTimer(500);
            out.collect(key + "=" + next);
        }

        @Override
        public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
            out.collect("timer " + context.getCurrentKey());
        }
    }
}
