package io.omendb.connectors.ingest;

import io.omendb.flink.operator.IngestPriority;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.SubtaskKeys;
import io.omendb.index.background.Niceness;
import io.omendb.protocol.catalogue.CatalogueFollower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The operator around {@link UpdateStream}: owns the catalogue's follower and says when to send on.
 */
final class RecordParser extends AbstractStreamOperator<ShardUpdate>
        implements OneInputStreamOperator<RawRecord, ShardUpdate>, ProcessingTimeCallback {
    private static final long serialVersionUID = 1;

    /** How often the catalogue is followed where nothing else happens. */
    private static final long TICK_MS = 50;

    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(60);

    private final IngestionOptions options;
    private final OutputTag<DeadLetter> deadLetterTag;

    private transient @Nullable CatalogueFollower catalogue;
    private transient @Nullable UpdateStream updates;
    private transient @Nullable SendingTimes sending;
    private transient @Nullable LogContinuity continuity;
    private transient @Nullable LogRanges logs;
    private transient @Nullable ListState<Tuple4<String, Integer, Long, Long>> positions;

    RecordParser(IngestionOptions options, OutputTag<DeadLetter> deadLetterTag) {
        this.options = options;
        this.deadLetterTag = deadLetterTag;
    }

    /** Every subtask remembers every partition: after a rescale another one may read it. */
    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        positions =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "log-positions",
                                        Types.TUPLE(
                                                Types.STRING, Types.INT, Types.LONG, Types.LONG)));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<Tuple4<String, Integer, Long, Long>> current = new ArrayList<>();
        opened(continuity)
                .positions()
                .forEach(
                        (partition, position) ->
                                current.add(
                                        Tuple4.of(
                                                partition.topic(),
                                                partition.partition(),
                                                position.next(),
                                                position.generation())));
        opened(positions).update(current);
    }

    @Override
    public void open() throws Exception {
        super.open();
        // Operators open from the last to the first: the source's threads are still to be started.
        Niceness.apply(IngestPriority.of(getContainingTask().getEnvironment()));
        CatalogueFollower opened = CatalogueFollower.open(options.kafka().clientConfig());
        catalogue = opened;
        opened.awaitCaughtUp(CATCH_UP_TIMEOUT);
        TaskInfo task = getRuntimeContext().getTaskInfo();
        int maxParallelism = task.getMaxNumberOfParallelSubtasks();
        Counter deadLetters = getMetricGroup().counter("omendb_dead_letters");
        Routes known = new Routes(opened, options.mappings());
        known.refresh();
        LogContinuity restored = restored(known);
        continuity = restored;
        if (task.getIndexOfThisSubtask() == 0) {
            restored.check();
        }
        updates =
                new UpdateStream(
                        known,
                        restored,
                        SubtaskKeys.perKeyGroup(maxParallelism),
                        SubtaskKeys.perSubtask(shards(), maxParallelism),
                        update -> output.collect(new StreamRecord<>(update)),
                        letter -> {
                            deadLetters.inc();
                            output.collect(deadLetterTag, new StreamRecord<>(letter));
                        });
        if (task.getIndexOfThisSubtask() == 0) {
            restored.positions()
                    .forEach(
                            (partition, position) ->
                                    opened(updates).resume(partition, position.next()));
        }
        sending = new SendingTimes(System.nanoTime());
        schedule(TICK_MS, this);
    }

    private LogContinuity restored(Routes routes) throws Exception {
        LogRanges asked = new LogRanges(options.kafka());
        logs = asked;
        LogContinuity restored =
                new LogContinuity(options.missingRecords(), asked::of, routes, System::nanoTime);
        for (Tuple4<String, Integer, Long, Long> position : opened(positions).get()) {
            restored.restore(
                    new TopicPartition(position.f0, position.f1),
                    new LogPosition(position.f2, position.f3));
        }
        return restored;
    }

    /**
     * No checkpoint says that what was passed over held no records before Kafka has said so.
     * Progress belongs before the barrier, too: a shard that hears of it afterwards only would not
     * know it after a restore, and nobody would tell it again where nothing more is written.
     */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        boolean unused = opened(continuity).verify();
        opened(updates).tick();
    }

    @Override
    public void processElement(StreamRecord<RawRecord> element) {
        SendingTimes times = opened(sending);
        if (element.getValue().isPause()) {
            sendOnOrPlan(times);
            return;
        }
        opened(updates).accept(element.getValue());
        if (times.read(System.nanoTime())) {
            sendOn();
        }
    }

    @Override
    public void onProcessingTime(long timestamp) {
        sendOn();
        schedule(TICK_MS, this);
    }

    /**
     * A thread that looks every few milliseconds whether there is anything to send on wakes up
     * mostly for nothing, and takes a processor from a search each time.
     */
    private void sendOnOrPlan(SendingTimes times) {
        long left = times.leftNanos(System.nanoTime());
        if (left <= 0) {
            sendOn();
        } else if (times.plan()) {
            schedule(
                    1 + TimeUnit.NANOSECONDS.toMillis(left),
                    timestamp -> {
                        times.came();
                        sendOn();
                    });
        }
    }

    /** The exchange with the shards has no timeout of its own. */
    private void sendOn() {
        opened(sending).sent(System.nanoTime());
        opened(updates).tick();
        for (ResultPartitionWriter exchange :
                getContainingTask().getEnvironment().getAllWriters()) {
            exchange.flushAll();
        }
    }

    /**
     * The exchange with the shards goes to all of them; that of the dead letters to one subtask.
     */
    private int shards() {
        return Arrays.stream(getContainingTask().getEnvironment().getAllWriters())
                .mapToInt(ResultPartitionWriter::getNumberOfSubpartitions)
                .max()
                .orElseThrow();
    }

    @Override
    public void close() throws Exception {
        if (logs != null) {
            logs.close();
        }
        if (catalogue != null) {
            catalogue.close();
        }
        super.close();
    }

    private void schedule(long delayMs, ProcessingTimeCallback callback) {
        getProcessingTimeService()
                .registerTimer(
                        getProcessingTimeService().getCurrentProcessingTime() + delayMs, callback);
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("operator is not open");
        }
        return part;
    }
}
