package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.junit.jupiter.api.Test;

class PausingReaderTest {
    private static final InputStatus MORE = InputStatus.MORE_AVAILABLE;
    private static final InputStatus NOTHING = InputStatus.NOTHING_AVAILABLE;

    private final Queue<InputStatus> statuses = new ArrayDeque<>();
    private final List<String> handedOut = new ArrayList<>();
    private final List<String> called = new ArrayList<>();
    private final PausingReader<KafkaPartitionSplit> reader = new PausingReader<>(inner());
    private final ReaderOutput<RawRecord> output = output();

    @Test
    void pause_isAfterTheLastRecord_andOnce() throws Exception {
        statuses.addAll(
                List.of(NOTHING, MORE, MORE, NOTHING, NOTHING, MORE, InputStatus.END_OF_INPUT));
        while (!statuses.isEmpty()) {
            InputStatus next = statuses.element();
            assertThat(reader.pollNext(output)).isEqualTo(next);
        }

        assertThat(handedOut).containsExactly("record", "record", "pause", "record", "pause");
    }

    /** A default method that is not passed on would be silence where the source expects to hear. */
    @Test
    void everythingElse_isTheReaders() throws Exception {
        List<String> expected = new ArrayList<>();
        for (Method method : SourceReader.class.getMethods()) {
            if (!method.getName().equals("pollNext")) {
                Object[] arguments =
                        Arrays.stream(method.getParameterTypes())
                                .map(type -> type == long.class ? 1L : null)
                                .toArray();
                method.invoke(reader, arguments);
                expected.add(method.getName());
            }
        }

        assertThat(called).containsExactlyElementsOf(expected).contains("notifyCheckpointAborted");
    }

    @SuppressWarnings("unchecked")
    private SourceReader<RawRecord, KafkaPartitionSplit> inner() {
        return (SourceReader<RawRecord, KafkaPartitionSplit>)
                Proxy.newProxyInstance(
                        PausingReaderTest.class.getClassLoader(),
                        new Class<?>[] {SourceReader.class},
                        (proxy, method, arguments) -> {
                            if (!method.getName().equals("pollNext")) {
                                called.add(method.getName());
                                return null;
                            }
                            InputStatus status = statuses.remove();
                            if (status == MORE) {
                                ((ReaderOutput<RawRecord>) arguments[0])
                                        .collect(new RawRecord("t", 0, 0, 0, null, null, Map.of()));
                            }
                            return status;
                        });
    }

    @SuppressWarnings("unchecked")
    private ReaderOutput<RawRecord> output() {
        return (ReaderOutput<RawRecord>)
                Proxy.newProxyInstance(
                        PausingReaderTest.class.getClassLoader(),
                        new Class<?>[] {ReaderOutput.class},
                        (proxy, method, arguments) -> {
                            RawRecord record = (RawRecord) arguments[0];
                            handedOut.add(record.isPause() ? "pause" : "record");
                            return null;
                        });
    }
}
